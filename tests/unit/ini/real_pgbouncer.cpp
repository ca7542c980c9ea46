#include "tests/unit/ini/real_pgbouncer.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "tests/support/eventually.h"

namespace cutover::ini::testing {
namespace {

constexpr auto start_limit = std::chrono::seconds(10);

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// PgBouncer refuses to run as root.
void become_postgres() {
  if (::geteuid() != 0) return;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0) {
    ::_exit(126);
  }
}

[[noreturn]] void run(const std::string& directory, const std::string& ini_path) {
  become_postgres();
  const int null_device = ::open("/dev/null", O_RDWR);
  for (const int fd : {0, 1, 2}) ::dup2(null_device, fd);
  if (::chdir(directory.c_str()) != 0) ::_exit(126);
  ::execl("/usr/sbin/pgbouncer", "pgbouncer", "-q", ini_path.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ShownDatabase& shown) {
  return out << "host " << shown.host << " port " << shown.port << " dbname " << shown.dbname;
}

RealPgbouncer::RealPgbouncer() {
  ::chmod(here_.path().c_str(), 0755);
  if (const passwd* user = ::getpwnam("postgres"); user != nullptr && ::geteuid() == 0) {
    if (::chown(here_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give the folder to postgres");
    }
  }
  write("users.txt", "\"tester\" \"\"\n");
}

RealPgbouncer::~RealPgbouncer() {
  stop();
}

std::string RealPgbouncer::settings() const {
  return "[pgbouncer]\nlisten_addr =\nunix_socket_dir = " + here_.path() +
         "\nauth_type = trust\nauth_file = " + here_ / "users.txt" +
         "\nadmin_users = tester\nlogfile =\n";
}

std::string RealPgbouncer::write(const std::string& name, const std::string& text) const {
  const std::string path = here_.write(name, text);
  ::chmod(path.c_str(), 0644);
  return path;
}

bool RealPgbouncer::start(const std::string& ini_path) {
  process_ = ::fork();
  if (process_ == 0) run(here_.path(), ini_path);
  int status = 0;
  bool ended = false;
  const bool settled = support::eventually(start_limit, [&] {
    ended = ::waitpid(process_, &status, WNOHANG) == process_;
    return ended || can_connect();
  });
  if (!settled) throw std::runtime_error("pgbouncer neither started nor gave up");
  if (!ended) return true;
  process_ = -1;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  if (code >= 126) throw std::runtime_error("pgbouncer cannot be run");
  return false;
}

void RealPgbouncer::stop() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::unlink((here_ / ".s.PGSQL.6432").c_str());
  process_ = -1;
}

std::vector<Row> RealPgbouncer::ask(const std::string& command) const {
  const Connection connection(PQconnectdb(connection_string().c_str()), &PQfinish);
  const Answer answer(PQexec(connection.get(), command.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error(command + ": " + PQerrorMessage(connection.get()));
  }
  std::vector<Row> rows;
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    Row& values = rows.emplace_back();
    for (int column = 0; column < PQnfields(answer.get()); ++column) {
      values[PQfname(answer.get(), column)] = PQgetvalue(answer.get(), row, column);
    }
  }
  return rows;
}

std::map<std::string, ShownDatabase> RealPgbouncer::databases() const {
  std::map<std::string, ShownDatabase> shown;
  for (Row& row : ask("SHOW DATABASES")) {
    if (row["name"] != "pgbouncer") {
      shown[row["name"]] = {row["host"], row["port"], row["database"]};
    }
  }
  return shown;
}

bool RealPgbouncer::can_connect() const {
  const Connection connection(PQconnectdb(connection_string().c_str()), &PQfinish);
  return PQstatus(connection.get()) == CONNECTION_OK;
}

std::string RealPgbouncer::connection_string() const {
  return "host=" + here_.path() +
         " port=6432 dbname=pgbouncer user=tester connect_timeout=5 sslmode=disable";
}

}  // namespace cutover::ini::testing
