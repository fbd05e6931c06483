/* SPDX-License-Identifier: Apache-2.0
 *
 * A C program that links the installed library.
 */
#include <relata.h>
#include <stdio.h>

int main(void) {
  relata_crm_t* crm = NULL;
  if (relata_crm_open(":memory:", 8, NULL, &crm, NULL) != RELATA_OK) return 1;
  relata_crm_close(crm);
  printf("relata %s\n", relata_version());
  return 0;
}
