#include "controller/verify/verify_session.h"

namespace cutover {
namespace {

SessionOptions verify_session(const std::string& conninfo, const std::string& place,
                              const std::string& run_id) {
  SessionOptions options;
  options.conninfo = conninfo;
  options.place = place;
  options.application_name = "cutover/" + run_id;
  options.access = SessionAccess::read_only;
  options.peer_timeout = std::chrono::seconds(30);
  return options;
}

}  // namespace

SessionOptions blue_session(const DatabaseConfig& database, const std::string& run_id) {
  return verify_session(database.blue, "blue " + database.name, run_id);
}

SessionOptions green_session(const DatabaseConfig& database, const std::string& run_id) {
  return verify_session(database.green, "green " + database.name, run_id);
}

}  // namespace cutover
