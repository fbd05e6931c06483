// SPDX-License-Identifier: Apache-2.0

#include "conformance/sql_rules.h"

#include <pg_query.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace relata::testing {
namespace {

using Json = nlohmann::json;

// Tables that are the same for every tenant.
const std::set<std::string> kReferences = {"relata_meta", "relata_migration", "relata_tenant",
                                           "relata_catalog"};
const std::set<std::string> kFunctions = {"coalesce",
                                          "count",
                                          "max",
                                          "format_type",
                                          "to_regclass",
                                          "pg_logical_emit_message",  // never of tables
                                          "pg_table_size",
                                          "substr",
                                          "jsonb_strip_nulls",
                                          "create_distributed_table",
                                          "create_reference_table"};
const std::set<std::string> kOperators = {
    "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "||", "->", "->>"};
const std::set<std::string> kStatements = {
    "SelectStmt",      "InsertStmt",      "UpdateStmt",       "DeleteStmt", "CopyStmt",
    "TransactionStmt", "CreateStmt",      "IndexStmt",        "ViewStmt",   "AlterTableStmt",
    "DropStmt",        "VariableSetStmt", "CreateSchemaStmt", "VacuumStmt"};
const std::set<std::string> kTypes = {"bool",    "int4",     "int8",    "float8",      "text",
                                      "bytea",   "uuid",     "date",    "timestamptz", "jsonb",
                                      "numeric", "interval", "regclass"};

class Checker {
 public:
  std::vector<std::string> Check(const Json& tree) {
    for (const Json& item : tree.at("stmts")) {
      const Json& statement = item.at("stmt");
      const std::string kind = statement.begin().key();
      if (!kStatements.contains(kind)) Wrong("a statement of kind " + kind);
      Walk(statement);
    }
    if (tree.at("stmts").size() != 1) Wrong("not one statement");
    return std::move(broken_);
  }

 private:
  void Wrong(std::string what) { broken_.push_back(std::move(what)); }

  static std::string Text(const Json& node) {
    return node.contains("String") ? node.at("String").value("sval", "") : "";
  }
  static std::string LastName(const Json& names) { return names.empty() ? "" : Text(names.back()); }

  static bool OfTenants(const Json& relation) {
    const std::string schema = relation.value("schemaname", "");
    const std::string name = relation.value("relname", "");
    return schema != "pg_catalog" && !kReferences.contains(name);
  }

  // A node and all below it.
  void Walk(const Json& node) {
    if (node.is_array()) {
      for (const Json& element : node) Walk(element);
    }
    if (!node.is_object()) return;
    for (const auto& [key, value] : node.items()) {
      Look(key, value);
      Walk(value);
    }
  }

  void Look(const std::string& kind, const Json& node) {
    if (kind == "SelectStmt" && node.contains("fromClause")) return Select(node);
    if (kind == "UpdateStmt" || kind == "DeleteStmt") return Change(node);
    if (kind == "InsertStmt") return Insert(node);
    if (kind == "CopyStmt") return Copy(node);
    if (kind == "CreateStmt") return Create(node);
    if (kind == "IndexStmt") return Index(node);
    if (kind == "Constraint") return Constraint(node);
    if (kind == "AlterTableCmd" || kind == "CreateSchemaStmt") return Repeatable(kind, node);
    if (kind == "FuncCall") {
      const std::string name = LastName(node.at("funcname"));
      if (!kFunctions.contains(name)) Wrong("the function " + name);
    }
    if (kind == "SQLValueFunction") Wrong("a value of the server's: the time or the user");
    if (kind == "A_Expr" && !kOperators.contains(LastName(node.at("name")))) {
      const std::string sort = node.value("kind", "");
      if (sort != "AEXPR_IN" && sort != "AEXPR_LIKE" && sort != "AEXPR_NULLIF") {
        Wrong("the operator " + LastName(node.at("name")));
      }
    }
    if (kind == "typeName" && node.contains("names") &&
        !kTypes.contains(LastName(node.at("names")))) {
      Wrong("the type " + LastName(node.at("names")));
    }
    if (kind == "ColumnDef" && node.contains("typeName") &&
        LastName(node.at("typeName").at("names")) == "text" && !node.contains("collClause")) {
      Wrong("text without COLLATE \"C\": " + node.value("colname", ""));
    }
  }

  // Aliases whose tenant_id is compared with $1 or a literal, among the terms that must all hold.
  static void Bound(const Json& condition, std::set<std::string>& bound) {
    if (condition.contains("BoolExpr") &&
        condition.at("BoolExpr").value("boolop", "") == "AND_EXPR") {
      for (const Json& term : condition.at("BoolExpr").at("args")) Bound(term, bound);
      return;
    }
    if (!condition.contains("A_Expr")) return;
    const Json& comparison = condition.at("A_Expr");
    if (LastName(comparison.at("name")) != "=" || comparison.value("kind", "") != "AEXPR_OP") {
      return;
    }
    const Json& left = comparison.at("lexpr");
    if (!left.contains("ColumnRef") || !Fixed(comparison.at("rexpr"))) return;
    const Json& fields = left.at("ColumnRef").at("fields");
    if (LastName(fields) != "tenant_id") return;
    bound.insert(fields.size() > 1 ? Text(fields[0]) : "");
  }

  static bool Fixed(const Json& value) {
    if (value.contains("TypeCast")) return Fixed(value.at("TypeCast").at("arg"));
    if (value.contains("A_Const")) return true;
    return value.contains("ParamRef") && value.at("ParamRef").value("number", 0) == 1;
  }

  // The tables of a FROM and the conditions of its joins.
  void From(const Json& item, std::vector<std::string>& aliases, std::set<std::string>& bound) {
    if (item.contains("JoinExpr")) {
      const Json& join = item.at("JoinExpr");
      From(join.at("larg"), aliases, bound);
      From(join.at("rarg"), aliases, bound);
      if (join.contains("quals")) Bound(join.at("quals"), bound);
    } else if (item.contains("RangeVar")) {
      const Json& table = item.at("RangeVar");
      if (!OfTenants(table)) return;
      aliases.push_back(table.contains("alias") ? table.at("alias").value("aliasname", "")
                                                : table.value("relname", ""));
      if (!table.contains("schemaname")) Wrong("a table without its schema");
    }
  }

  void Select(const Json& node) {
    std::vector<std::string> aliases;
    std::set<std::string> bound;
    for (const Json& item : node.at("fromClause")) From(item, aliases, bound);
    if (node.contains("whereClause")) Bound(node.at("whereClause"), bound);
    for (const std::string& alias : aliases) {
      if (!bound.contains(alias) && !(aliases.size() == 1 && bound.contains(""))) {
        Wrong("a table read without its tenant: " + alias);
      }
    }
  }

  void Change(const Json& node) {
    const Json& table = node.at("relation");
    if (!OfTenants(table)) return;
    std::set<std::string> bound;
    if (node.contains("whereClause")) Bound(node.at("whereClause"), bound);
    if (bound.empty()) Wrong("rows changed without their tenant: " + table.value("relname", ""));
  }

  void Insert(const Json& node) {
    if (node.contains("onConflictClause")) {
      const Json& conflict = node.at("onConflictClause");
      const bool first_wins = conflict.value("action", "") == "ONCONFLICT_NOTHING";
      if (!conflict.contains("infer") && !(first_wins && !OfTenants(node.at("relation")))) {
        Wrong("ON CONFLICT without its key");
      } else if (OfTenants(node.at("relation"))) {
        const Json& elements = conflict.at("infer").at("indexElems");
        if (elements[0].at("IndexElem").value("name", "") != "tenant_id") {
          Wrong("ON CONFLICT on a key without the tenant");
        }
      }
    }
    if (!OfTenants(node.at("relation"))) return;
    const bool leads = node.contains("cols") &&
                       node.at("cols")[0].at("ResTarget").value("name", "") == "tenant_id";
    if (!leads) return Wrong("an INSERT that does not begin with the tenant");
    const Json& rows = node.at("selectStmt").at("SelectStmt");
    if (!rows.contains("valuesLists") ||
        !Fixed(rows.at("valuesLists")[0].at("List").at("items")[0])) {
      Wrong("an INSERT of another tenant than $1");
    }
  }

  void Copy(const Json& node) {
    if (!OfTenants(node.at("relation"))) return;
    if (!node.contains("attlist") || Text(node.at("attlist")[0]) != "tenant_id") {
      Wrong("a COPY that does not begin with the tenant");
    }
  }

  void Create(const Json& node) {
    if (!node.value("if_not_exists", false)) Wrong("CREATE TABLE without IF NOT EXISTS");
    if (!OfTenants(node.at("relation"))) return;
    bool keyed = false;
    for (const Json& element : node.at("tableElts")) {
      if (!element.contains("Constraint")) continue;
      const Json& constraint = element.at("Constraint");
      keyed |= constraint.value("contype", "") == "CONSTR_PRIMARY";
      if (constraint.contains("keys") && Text(constraint.at("keys")[0]) != "tenant_id") {
        Wrong("a key that does not begin with the tenant");
      }
    }
    if (!keyed) Wrong("a table without a primary key");
  }

  void Index(const Json& node) {
    if (!node.value("if_not_exists", false)) Wrong("CREATE INDEX without IF NOT EXISTS");
    if (OfTenants(node.at("relation")) &&
        node.at("indexParams")[0].at("IndexElem").value("name", "") != "tenant_id") {
      Wrong("an index that does not begin with the tenant");
    }
  }

  void Constraint(const Json& node) {
    static const std::set<std::string> kAllowed = {"CONSTR_NOTNULL", "CONSTR_PRIMARY",
                                                   "CONSTR_UNIQUE"};
    const std::string kind = node.value("contype", "");
    if (!kAllowed.contains(kind)) Wrong("a constraint of kind " + kind);
    if (node.value("deferrable", false)) Wrong("a deferrable constraint");
  }

  void Repeatable(const std::string& kind, const Json& node) {
    if (kind == "AlterTableCmd" && node.value("subtype", "") != "AT_AddColumn") {
      Wrong("ALTER TABLE that does more than add a column");
    }
    if (!node.value(kind == "AlterTableCmd" ? "missing_ok" : "if_not_exists", false)) {
      Wrong("a schema statement that cannot be repeated");
    }
  }

  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> BrokenSqlRules(const std::string& sql) {
  const PgQueryParseResult parsed = pg_query_parse(sql.c_str());
  std::vector<std::string> broken;
  if (parsed.error != nullptr) {
    broken.push_back(std::string("does not parse: ") + parsed.error->message);
  } else {
    broken = Checker().Check(Json::parse(parsed.parse_tree));
  }
  pg_query_free_parse_result(parsed);
  return broken;
}

}  // namespace relata::testing
