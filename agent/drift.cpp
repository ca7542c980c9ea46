// See drift.h.
#include "agent/drift.h"

#include <unordered_map>
#include <unordered_set>

namespace cutover::agent {
namespace {

std::string shown(const std::string& host, const std::string& port, const std::string& dbname) {
  return (host.empty() ? "(unix socket)" : host) + ":" + (port.empty() ? "5432" : port) + "/" +
         dbname;
}

std::string shown(const ConsoleRow& row) {
  return shown(text_of(row, "host"), text_of(row, "port"), text_of(row, "database"));
}

using EntriesByName = std::unordered_map<std::string, const ini::Entry*>;

const ini::Entry* entry_named(const EntriesByName& entries, const std::string& name) {
  const auto found = entries.find(name);
  return found == entries.end() ? nullptr : found->second;
}

std::string row_drift(const EntriesByName& entries, const ConsoleRow& row) {
  const std::string name = text_of(row, "name");
  const ini::Entry* entry = entry_named(entries, name);
  const bool by_fallback = entry == nullptr;
  if (by_fallback) entry = entry_named(entries, "*");
  if (entry == nullptr) return name + " runs but is in no file";
  // An entry of "*" without dbname takes the name that the client asks for.
  const std::string dbname = by_fallback && entry->dbname == "*" ? name : entry->dbname;
  const std::string written = shown(entry->host, entry->port, dbname);
  return written == shown(row) ? ""
                               : name + " runs as " + shown(row) + " and is written " + written;
}

void add(std::string& all, const std::string& one) {
  if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
}

}  // namespace

std::string drift_between(const std::vector<ini::Entry>& entries,
                          const std::vector<ConsoleRow>& databases) {
  EntriesByName written;
  for (const ini::Entry& entry : entries) written.emplace(entry.name, &entry);
  std::unordered_set<std::string> running;
  std::string drift;
  for (const ConsoleRow& row : databases) {
    const std::string name = text_of(row, "name");
    running.insert(name);
    if (name != "pgbouncer") add(drift, row_drift(written, row));
  }
  for (const ini::Entry& entry : entries)
    if (!running.contains(entry.name) && entry.name != "*")
      add(drift, entry.name + " is written but does not run");
  return drift;
}

}  // namespace cutover::agent
