// See bouncer.h.
#include "agent/bouncer.h"

#include <algorithm>
#include <set>

#include "agent/conffile.h"
#include "agent/drift.h"
#include "agent/ini/staged_plan.h"
#include "common/base/durable_file.h"

namespace cutover::agent {
namespace {

constexpr std::chrono::milliseconds pause_before_reroute{300};
constexpr std::size_t lines_of_a_look = 3;

std::vector<ini::Move> ini_moves(const Moves& moves) {
  std::vector<ini::Move> all;
  for (const Move& move : moves)
    all.push_back({move.entry, move.from.host, move.from.port, move.to.host, move.to.port});
  return all;
}

/// What the console says of one move; nothing when all is well.
std::optional<Error> why_not(const Move& move, const ConsoleRow& row, bool may_have_moved) {
  const bool holds_old = database_has_route(row, move.from);
  const bool holds_new = may_have_moved && database_has_route(row, move.to);
  if (!holds_old && !holds_new)
    return Error{"entry " + move.entry + " leads to " +
                     to_text(Route{text_of(row, "host"), text_of(row, "port")}) + ", not to " +
                     to_text(move.from),
                 "correct [[database.route]] or `entries` in cutover.toml, or RELOAD PgBouncer if "
                 "its file says otherwise"};
  if (text_of(row, "disabled") == "1")
    return Error{"entry " + move.entry + " is disabled", "send ENABLE on its console"};
  return std::nullopt;
}

/// The files lead the entry to its new route already.
bool is_written(const ini::ConfigFiles& files, const Move& move) {
  const ini::Entry* const entry = ini::find_entry(files, move.entry);
  return entry != nullptr && entry->host == move.to.host &&
         entry->port == ini::port_number(move.to.port);
}

Error beside_the_fallback(const std::string& entry) {
  return {"the entry * can only move together with every other entry, and " + entry + " stays",
          "put * in `ignore_entries` and give every database that moves a line of its own, or "
          "serve what stays with another PgBouncer"};
}

/// Where something stays, each entry is paused by its name. Nothing when that can be.
std::optional<Error> why_not_nameable(const Moves& moves, const MovedEntries& entries) {
  if (entries.are_everything() || entries.include_fallback()) return std::nullopt;
  const auto found = std::ranges::find_if_not(
      moves, [](const Move& move) { return console_can_name(move.entry); });
  if (found == moves.end()) return std::nullopt;
  return Error{"the name of entry " + found->entry + " is too long for PgBouncer's console, and " +
                   *entries.staying().begin() + " stays",
               "give the entry a shorter name, or serve what stays with another PgBouncer"};
}

/// A line that stays beside a moved "*"; "" when there is none. One of the same server cannot be
/// told by its row from what "*" serves.
std::string line_that_stays(const ini::ConfigFiles& files, const Moves& moves) {
  std::set<std::string> moved;
  for (const Move& move : moves) moved.insert(move.entry);
  if (!moved.contains("*")) return {};
  for (const ini::Entry& entry : files.definitions)
    if (!moved.contains(entry.name)) return entry.name;
  return {};
}

const ConsoleRow* row_of(const Sight& sight, const std::string& entry) {
  for (const ConsoleRow& row : sight.databases)
    if (text_of(row, "name") == entry) return &row;
  return nullptr;
}

}  // namespace

Bouncer::Bouncer(BouncerConfig config, std::unique_ptr<ConsoleDialer> dialer,
                 const std::string& state_dir)
    : config_(std::move(config)),
      console_(std::move(dialer)),
      staging_directory_(state_dir + "/staged/" + config_.name) {}

Outcome Bouncer::named(Outcome outcome) const {
  if (!outcome.detail.empty()) outcome.detail = named(outcome.detail);
  return outcome;
}

Task<Result<Moves>> Bouncer::check_moves(Moves moves, bool may_have_moved) {
  const auto sight = co_await look_at(console_, moves);
  if (sight.has_error()) co_return within_context(name(), sight.error());
  Moves own;
  for (const Move& move : moves) {
    const ConsoleRow* const row = row_of(sight.value(), move.entry);
    if (row == nullptr && move.entry != "*") continue;
    if (row != nullptr)
      if (const auto problem = why_not(move, *row, may_have_moved))
        co_return within_context(name(), *problem);
    own.push_back(move);
  }
  if (!own.empty() && sight.value().any_paused)
    co_return Error{named("it is paused already"),
                    "someone else paused it; send RESUME on its console when that is over"};
  const MovedEntries entries(own, sight.value().databases);
  if (entries.include_fallback() && !entries.are_everything() && !may_have_moved)
    co_return within_context(name(), beside_the_fallback(*entries.staying().begin()));
  const auto unnameable = why_not_nameable(own, entries);
  if (unnameable && !may_have_moved) co_return within_context(name(), *unnameable);
  co_return own;
}

Task<Result<ini::ConfigFiles>> Bouncer::read_files() {
  const auto settings = co_await settings_of(console_);
  if (settings.has_value()) pidfile_ = text_of(settings.value(), "pidfile");
  const std::string conffile = settings.has_value() ? text_of(settings.value(), "conffile") : "";
  const std::string elsewhere = why_not_read(config_.ini, conffile, working_directory());
  if (!elsewhere.empty())
    co_return Error{elsewhere,
                    "name that file as `ini` in agent.toml, or restart PgBouncer where "
                    "its console was sent SET conffile"};
  auto files = ini::load_config(config_.ini, working_directory(), read_file);
  co_return files;
}

std::string Bouncer::working_directory() const {
  const auto process = find_process(config_.admin, pidfile_);
  return process ? process->working_directory : std::string();
}

Task<Result<ini::SwitchPlan>> Bouncer::plan(Moves moves, AlreadyThere already_there) {
  const auto files = co_await read_files();
  if (files.has_error()) co_return within_context(name(), files.error());
  if (already_there == AlreadyThere::is_left_out)
    std::erase_if(moves, [&](const Move& move) { return is_written(files.value(), move); });
  const std::string stays = line_that_stays(files.value(), moves);
  if (already_there == AlreadyThere::is_refused && !stays.empty())
    co_return within_context(name(), beside_the_fallback(stays));
  auto planned = ini::plan_switch(config_.ini, ini_moves(moves), working_directory());
  if (planned.has_error()) co_return within_context(name(), planned.error());
  co_return planned;
}

std::string Bouncer::drift(const std::vector<ConsoleRow>& databases) const {
  const auto files = ini::load_config(config_.ini, working_directory(), read_file);
  if (files.has_error()) return files.error().what;
  return drift_between(ini::effective_entries(files.value()), databases);
}

Outcome Bouncer::stage(ini::SwitchPlan plan) {
  const auto made = create_directory_durably(staging_directory_);
  if (made.has_error()) return refused(within_context(name(), made.error()));
  const auto written = ini::stage(plan, staging_directory_);
  if (written.has_error()) return refused(within_context(name(), written.error()));
  const auto ahead = ini::write_ahead(plan);
  if (ahead.has_error()) return refused(within_context(name(), ahead.error()));
  staged_ = std::move(plan);
  return done();
}

Result<void> Bouncer::load_staged() {
  auto loaded = ini::load_staged(staging_directory_);
  if (loaded.has_error()) return within_context(name(), loaded.error());
  staged_ = std::move(loaded.value());
  return {};
}

Result<void> Bouncer::drop_staged() {
  if (!staged_) return {};
  const auto removed = ini::remove_written_ahead(*staged_);
  staged_.reset();
  const auto discarded = ini::discard(staging_directory_);
  return removed.has_error() ? removed : discarded;
}

Result<void> Bouncer::keep_staged_as_previous() {
  if (!staged_) return {};
  staged_.reset();
  return ini::keep_as_previous(staging_directory_);
}

Task<Outcome> Bouncer::prepare_pause(std::size_t entries) {
  const auto warm = co_await console_.warm_up(entries + lines_of_a_look);
  if (warm.has_error()) co_return refused(within_context(name(), warm.error()));
  auto canaries = co_await read_canaries(console_);
  if (canaries.has_error()) co_return refused(within_context(name(), canaries.error()));
  canaries_ = std::move(canaries.value());
  auto resumable = co_await check_it_can_be_resumed(console_);
  co_return named(std::move(resumable));
}

Task<Outcome> Bouncer::pause(PauseOrder order) {
  auto outcome = co_await pause_and_drain(console_, order);
  co_return named(std::move(outcome));
}

Task<Outcome> Bouncer::resume(Moves moves) {
  auto outcome = co_await resume_entries(console_, moves);
  co_return named(std::move(outcome));
}

Task<Outcome> Bouncer::watch_queue(Moves moves, std::chrono::milliseconds limit) {
  auto outcome = co_await agent::watch_queue(console_, std::move(moves), limit, login_retry_);
  co_return named(std::move(outcome));
}

Task<void> Bouncer::put_back_login_retry() {
  co_await put_back(console_, login_retry_);
}

Task<Outcome> Bouncer::write_files(Moves moves) {
  if (staged_) {
    const auto applied = ini::apply(*staged_);
    if (applied.is_done()) co_return done();
  }
  auto anew = co_await plan(moves, AlreadyThere::is_left_out);
  if (anew.has_error()) co_return in_doubt(anew.error());
  const auto applied = ini::apply(anew.value());
  if (applied.is_done()) co_return done();
  co_return in_doubt(named(applied.detail), applied.hint);
}

Task<Outcome> Bouncer::go_to_new_route(Moves moves) {
  const Canaries canaries = canaries_;
  auto outcome = co_await reroute(console_, moves, canaries, pause_before_reroute);
  co_return named(std::move(outcome));
}

}  // namespace cutover::agent
