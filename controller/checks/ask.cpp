// Runs the two kinds of questions over the databases of the configuration.
#include "controller/checks/ask.h"

#include "common/async/gather.h"

namespace cutover {

const ReadOnlyServer& server_of(const CheckedDatabase& database, Side side) {
  return side == Side::blue ? database.blue : database.green;
}

std::string prefix_of(const CheckContext& context, const CheckedDatabase& database) {
  return context.databases.size() > 1 ? database.config.name + ": " : std::string();
}

void add_rows(const CheckContext& context, const CheckedDatabase& database,
              const postgres::Rows& rows, Evidence& evidence) {
  const std::string prefix = prefix_of(context, database);
  for (std::size_t row = 0; row < rows.size(); ++row)
    evidence.add(outcome_named(rows.text(row, "outcome")), rows.text(row, "label"),
                 prefix + rows.text(row, "object"));
}

Task<void> gather_offenders(const CheckContext& context, const Offenders& question,
                            Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    const auto rows =
        co_await server_of(database, question.side).ask(question.sql, question.parameters);
    if (rows)
      add_rows(context, database, *rows, evidence);
    else
      evidence.unknown(rows.error());
    if (question.scope == Scope::cluster) break;
  }
}

Task<Finding> ask_offenders(const CheckContext& context, Offenders question) {
  Evidence evidence;
  co_await gather_offenders(context, question, evidence);
  co_return evidence.finding(question.none, question.hint);
}

Task<BothAnswers> ask_blue_and_green(const CheckedDatabase& database, std::string sql) {
  return ask_blue_and_green(database, std::move(sql), postgres::Parameters());
}

Task<BothAnswers> ask_blue_and_green(const CheckedDatabase& database, std::string sql,
                                     postgres::Parameters parameters) {
  std::vector<Task<Result<postgres::Rows>>> questions;
  questions.push_back(database.blue.ask(sql, parameters));
  questions.push_back(database.green.ask(sql, parameters));
  auto answers = co_await gather(std::move(questions));
  co_return BothAnswers{std::move(answers[0]), std::move(answers[1])};
}

Values values_of(const postgres::Rows& rows) {
  Values values;
  for (std::size_t row = 0; row < rows.size(); ++row)
    values[rows.text(row, "object")] = rows.text(row, "value");
  return values;
}

void compare_values(const Comparison& question, const std::string& prefix, const Values& blue,
                    const Values& green, Evidence& evidence) {
  for (const auto& [object, value] : blue) {
    const auto other = green.find(object);
    if (other == green.end()) {
      evidence.add(question.missing, question.subject + " missing on green", prefix + object);
    } else if (other->second != value) {
      const std::string values = " (blue: " + value + ", green: " + other->second + ")";
      evidence.add(question.different, question.subject + " differing",
                   prefix + object + (question.show_values ? values : std::string()));
    }
  }
  if (question.extra == CheckOutcome::pass) return;
  for (const auto& [object, value] : green)
    if (!blue.contains(object))
      evidence.add(question.extra, question.subject + " only on green", prefix + object);
}

Task<void> gather_differences(const CheckContext& context, const Comparison& question,
                              Evidence& evidence) {
  for (const CheckedDatabase& database : context.databases) {
    const auto answers = co_await ask_blue_and_green(database, question.sql);
    if (!answers.blue) evidence.unknown(answers.blue.error());
    if (!answers.green) evidence.unknown(answers.green.error());
    if (answers.blue && answers.green)
      compare_values(question, prefix_of(context, database), values_of(*answers.blue),
                     values_of(*answers.green), evidence);
    if (question.scope == Scope::cluster) break;
  }
}

Task<Finding> ask_both(const CheckContext& context, Comparison question) {
  Evidence evidence;
  co_await gather_differences(context, question, evidence);
  co_return evidence.finding(question.none, question.hint);
}

}  // namespace cutover
