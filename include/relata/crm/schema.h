// SPDX-License-Identifier: Apache-2.0
//
// The standard schema at run time.

#ifndef RELATA_CRM_SCHEMA_H_
#define RELATA_CRM_SCHEMA_H_

#include "relata/model/schema.h"

namespace relata {

// The schema of the types in crm/standard.h, built once. Thread-safe; the reference is good for the
// life of the program.
const Schema& StandardSchema();

}  // namespace relata

#endif  // RELATA_CRM_SCHEMA_H_
