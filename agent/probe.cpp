// See probe.h.
#include "agent/probe.h"

#include <fstream>

#include "agent/private_bouncer.h"
#include "agent/private_process.h"
#include "agent/probe_users.h"
#include "agent/reading.h"
#include "agent/server.h"
#include "common/async/gather.h"
#include "common/async/within.h"
#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds start_limit{3000};
constexpr std::chrono::milliseconds start_poll{10};

std::string explained(const Attempt& attempt, const std::string& error) {
  if (attempt.has_password || !attempt.secret.starts_with("SCRAM-SHA-256$")) return error;
  return error + " (auth_file holds only a SCRAM secret for " + attempt.user +
         ", which lets PgBouncer in only together with a client's own password: it cannot be "
         "proven from here; user= and password= in the entry, or a plain secret, would let it)";
}

Task<proto::ProbeAnswer> ask(Attempt attempt, std::string directory, std::string sql,
                             std::chrono::milliseconds limit) {
  proto::ProbeAnswer answer;
  answer.set_entry(attempt.entry);
  answer.set_user(attempt.user);
  const auto conninfo = postgres::with_parameters(
      "port=" + std::to_string(private_port) + " sslmode=disable",
      {{"host", directory}, {"dbname", attempt.entry}, {"user", attempt.user}});
  postgres::ConnectOptions options;
  options.application_name = "cutover-agent probe";
  options.timeout = limit;
  auto connection = co_await postgres::Connection::connect(conninfo.value(), options);
  if (connection.has_error()) {
    answer.set_error(explained(attempt, connection.error().what));
    co_return answer;
  }
  auto asking = connection.value().script(sql);
  const auto rows = co_await within(limit, std::move(asking));
  if (!rows)
    answer.set_error("no answer within " + std::to_string(limit.count()) + " ms");
  else if (rows->has_error())
    answer.set_error(explained(attempt, rows->error().what));
  else if (rows->value().empty() || rows->value().back().empty())
    answer.set_error("the query returned no row");
  else
    answer.set_answer(std::string(rows->value().back().at(0, 0).value_or("")));
  co_return answer;
}

struct RunningProbe {
  PrivateDirectory directory;
  PrivateProcess process;
};

Result<RunningProbe> start_private(const RealOne& real, const Moves& moves, bool to_new_route) {
  auto directory = PrivateDirectory::create();
  if (directory.has_error()) return directory.error();
  const std::string path = directory.value().path();
  const auto text = private_ini(real.files, {moves, to_new_route, path});
  if (text.has_error()) return text.error();
  const std::string ini = path + "/private.ini";
  const auto written = write_durably(ini, text.value());
  if (written.has_error()) return written.error();
  const bool known = real.process && !real.process->executable.empty();
  const std::string program = known ? real.process->executable : "pgbouncer";
  auto process = PrivateProcess::start({program, ini}, real.files.working_directory, path + "/log");
  if (process.has_error()) return process.error();
  return RunningProbe{std::move(directory.value()), std::move(process.value())};
}

std::string first_complaint(const std::string& log) {
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);)
    if (line.find("ERROR") != std::string::npos || line.find("FATAL") != std::string::npos)
      return line;
  return "it said nothing";
}

/// "" when it accepts: its socket is there a moment before it listens.
Task<std::string> wait_until_up(RunningProbe& probe) {
  const auto deadline = std::chrono::steady_clock::now() + start_limit;
  const std::string& path = probe.directory.path();
  const std::string socket = path + "/.s.PGSQL." + std::to_string(private_port);
  while (std::chrono::steady_clock::now() < deadline) {
    if (somebody_listens(socket)) co_return "";
    if (!probe.process.is_running()) break;
    co_await sleep_for(start_poll);
  }
  co_return "the private PgBouncer did not start: " + first_complaint(path + "/log");
}

Moves own_moves(const RealOne& real, const Moves& moves) {
  Moves own;
  for (const Move& move : moves)
    if (move.entry != "*" && ini::find_entry(real.files, move.entry) != nullptr)
      own.push_back(move);
  return own;
}

using Answers = std::vector<proto::ProbeAnswer>;

Answers failed(const Moves& moves, const std::string& error) {
  Answers answers;
  for (const Move& move : moves) {
    proto::ProbeAnswer& answer = answers.emplace_back();
    answer.set_entry(move.entry);
    answer.set_error(error);
  }
  return answers;
}

Task<Answers> ask_all(const RealOne& real, Moves moves, std::string directory,
                      proto::ProbeCommand command) {
  const auto limit = std::chrono::milliseconds(std::max(command.timeout_ms(), 100U));
  std::vector<Task<proto::ProbeAnswer>> asking;
  Answers answers;
  for (const Move& move : moves) {
    const auto attempts = attempts_for(real, move.entry);
    if (attempts.empty())
      answers.push_back(failed({move},
                               "no user is known for this entry: it has no user=, no pool, and "
                               "auth_file names nobody")
                            .front());
    for (const Attempt& attempt : attempts)
      asking.push_back(ask(attempt, directory, command.sql(), limit));
  }
  auto answered = co_await gather(std::move(asking));
  answers.insert(answers.end(), answered.begin(), answered.end());
  co_return answers;
}

Task<Answers> probe_one(Bouncer& bouncer, proto::ProbeCommand command) {
  const Moves asked = moves_from(command.moves());
  const auto real = co_await look_at_real_one(bouncer);
  if (real.has_error()) co_return failed(asked, real.error().what);
  const Moves moves = own_moves(real.value(), asked);
  if (moves.empty()) co_return Answers();
  auto running = start_private(real.value(), moves, command.to_green());
  if (running.has_error()) co_return failed(moves, running.error().what);
  const auto problem = co_await wait_until_up(running.value());
  if (!problem.empty()) co_return failed(moves, problem);
  const std::string directory = running.value().directory.path();
  auto answers = co_await ask_all(real.value(), moves, directory, command);
  co_await running.value().process.stop();
  co_return answers;
}

}  // namespace

Task<proto::ProbeResult> probe(std::vector<Bouncer*> bouncers, proto::ProbeCommand command) {
  std::vector<Task<Answers>> probing;
  for (Bouncer* const bouncer : bouncers) probing.push_back(probe_one(*bouncer, command));
  const auto answers = co_await gather(std::move(probing));
  proto::ProbeResult result;
  for (std::size_t i = 0; i < bouncers.size(); ++i)
    for (const proto::ProbeAnswer& answer : answers[i]) {
      *result.add_answers() = answer;
      result.mutable_answers(result.answers_size() - 1)->set_pgbouncer(bouncers[i]->name());
    }
  co_return result;
}

}  // namespace cutover::agent
