// The commands of docs/load.md, followed to the letter on servers of our own.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/pgbouncer_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {
namespace {

using namespace std::chrono_literals;

/// Arguments: the tree, a block, and what the reader puts in.
constexpr auto follow_block = R"(
  tree=$1
  export BLUE="$3" GREEN="$4" FIRST="$5" SECOND="$6" APP_USER=app
  case $2 in
    tables) bash <("$tree/tests/system/guide" "$tree/docs/load.md" +tables) ;;
    window) bash <("$tree/tests/system/guide" "$tree/docs/load.md" +window) ;;
  esac)";

ChildProcess follow(const std::string& block, const std::vector<std::string>& settings,
                    const std::filesystem::path& directory) {
  ChildOptions options;
  options.argv = {"bash", "-c", follow_block, "bash", CUTOVER_SOURCE_DIR, block};
  options.argv.insert(options.argv.end(), settings.begin(), settings.end());
  const auto programs = std::filesystem::path(LOAD_DRIVER).parent_path().string();
  options.environment["PATH"] = programs + ":" + std::getenv("PATH");
  options.directory = directory;
  return ChildProcess(options);
}

TEST(LoadGuide, MakesTheTablesAndEndsWithAVerdictAtCtrlC) {
  const TemporaryDirectory directory;
  const PostgresServer server({.major = 13, .durability = Durability::fast});
  server.sql("CREATE ROLE app LOGIN");
  server.sql("CREATE DATABASE blue");
  server.sql("CREATE DATABASE green");
  const std::string route = "host=127.0.0.1 port=" + std::to_string(server.port());
  const PgbouncerServer first({.entries = {{"app", route + " dbname=green"}}});
  const PgbouncerServer second({.entries = {{"app", route + " dbname=green"}}});
  const std::vector<std::string> settings = {server.conninfo("blue"), server.conninfo("green"),
                                             first.conninfo("app"), second.conninfo("app")};
  ChildProcess tables = follow("tables", settings, directory.path());
  ASSERT_EQ(tables.wait(60s), 0) << tables.errors();
  ChildProcess window = follow("window", settings, directory.path());
  ASSERT_TRUE(eventually(30s, [&] {
    return window.errors().find(" acknowledged, 0 failed") != std::string::npos;
  })) << window.errors();
  window.signal_group(SIGINT);
  EXPECT_EQ(window.wait(60s), 0) << window.errors();
  EXPECT_NE(window.output().find("0 lost, 0 doubled, 0 failed\n"), std::string::npos)
      << window.output();
  EXPECT_TRUE(std::filesystem::exists(directory / "writes.csv"));
}

}  // namespace
}  // namespace cutover::support
