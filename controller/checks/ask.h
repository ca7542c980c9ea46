// The two questions that most checks of servers are: which objects of one side are bad, and how
// the two sides differ. Both are SQL and wording.
#pragma once

#include <map>
#include <string>

#include "controller/checks/check_context.h"
#include "controller/checks/evidence.h"

namespace cutover {

enum class Side { blue, green };
enum class Scope {
  each_database,
  cluster  ///< roles and the like: asked once, in the first database
};

const ReadOnlyServer& server_of(const CheckedDatabase& database, Side side);

/// Asks for objects that are worth a word. The SQL gives three columns: outcome ('fail', 'warn', or
/// 'pass' for what is worth telling anyhow), label, object.
struct Offenders {
  Side side = Side::blue;
  std::string sql = {};
  postgres::Parameters parameters = {};
  std::string none = {};  ///< the detail when there is none
  std::string hint = {};
  Scope scope = Scope::each_database;
};
Task<Finding> ask_offenders(const CheckContext& context, Offenders question);
/// As above, into evidence that holds more than this.
Task<void> gather_offenders(const CheckContext& context, const Offenders& question,
                            Evidence& evidence);
/// The rows of such a question, with the database's name where there are several.
void add_rows(const CheckContext& context, const CheckedDatabase& database,
              const postgres::Rows& rows, Evidence& evidence);

/// Asks both sides the same; the SQL gives the columns object and value.
struct Comparison {
  std::string sql = {};
  std::string subject = {};  ///< "roles": as in "roles missing on green"
  std::string none = {};
  std::string hint = {};
  CheckOutcome missing = CheckOutcome::fail;    ///< blue has it, green has not
  CheckOutcome different = CheckOutcome::fail;  ///< both have it, with other values
  CheckOutcome extra = CheckOutcome::warn;      ///< only green has it; pass: not told
  bool show_values = false;                     ///< "object (blue: x, green: y)"
  Scope scope = Scope::each_database;
};
Task<Finding> ask_both(const CheckContext& context, Comparison question);
Task<void> gather_differences(const CheckContext& context, const Comparison& question,
                              Evidence& evidence);

/// The same question to both sides at once.
struct BothAnswers {
  Result<postgres::Rows> blue;
  Result<postgres::Rows> green;
};
Task<BothAnswers> ask_blue_and_green(const CheckedDatabase& database, std::string sql);
Task<BothAnswers> ask_blue_and_green(const CheckedDatabase& database, std::string sql,
                                     postgres::Parameters parameters);

using Values = std::map<std::string, std::string>;
/// Columns object and value; NULL counts as "".
Values values_of(const postgres::Rows& rows);
void compare_values(const Comparison& question, const std::string& prefix, const Values& blue,
                    const Values& green, Evidence& evidence);

/// "medplum: " where there are several databases, else nothing.
std::string prefix_of(const CheckContext& context, const CheckedDatabase& database);

}  // namespace cutover
