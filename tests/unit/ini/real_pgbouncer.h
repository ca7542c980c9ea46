// A real PgBouncer of this machine on a unix socket in a temporary folder, stopped at the end.
#pragma once

#include <sys/types.h>

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/ini/temporary_directory.h"

namespace cutover::ini::testing {

struct ShownDatabase {
  std::string host;  ///< empty for NULL
  std::string port;
  std::string dbname;

  bool operator==(const ShownDatabase&) const = default;
};

std::ostream& operator<<(std::ostream& out, const ShownDatabase& shown);

using Row = std::map<std::string, std::string>;

class RealPgbouncer {
 public:
  RealPgbouncer();
  ~RealPgbouncer();
  RealPgbouncer(const RealPgbouncer&) = delete;
  RealPgbouncer& operator=(const RealPgbouncer&) = delete;

  /// The settings it needs to run and to be asked, [pgbouncer] line included.
  std::string settings() const;

  /// A file in its folder, which is also its working directory.
  std::string write(const std::string& name, const std::string& text) const;

  /// False when it does not take the configuration.
  bool start(const std::string& ini_path);
  void stop();

  /// The rows of a console command by column name; throws when it fails.
  std::vector<Row> ask(const std::string& command) const;

  /// SHOW DATABASES without the console's own row.
  std::map<std::string, ShownDatabase> databases() const;

  const std::string& directory() const { return here_.path(); }

 private:
  bool can_connect() const;
  std::string connection_string() const;

  cutover::testing::TemporaryDirectory here_;
  pid_t process_ = -1;
};

}  // namespace cutover::ini::testing
