// An edit of a file that PgBouncer does not read would change nothing: it is noticed.
#include "agent/conffile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace cutover::agent {
namespace {

using testing::HasSubstr;

class Conffile : public testing::Test {
 protected:
  Conffile() {
    support::write_file(path("pgbouncer.ini"), "[pgbouncer]\n");
    support::write_file(path("other.ini"), "[pgbouncer]\n");
  }
  std::string path(const std::string& name) const { return directory_.path() / name; }
  void link(const std::string& name, const std::string& target) {
    std::filesystem::create_symlink(target, path(name));
  }
  std::string why_not(const std::string& ini, const std::string& conffile) const {
    return why_not_read(path(ini), conffile, directory_.path());
  }

  support::TemporaryDirectory directory_{"conffile"};
};

TEST_F(Conffile, TheSameFileIsReadHoweverItsPlaceIsWritten) {
  EXPECT_EQ(why_not("pgbouncer.ini", path("pgbouncer.ini")), "");
  EXPECT_EQ(why_not("pgbouncer.ini", "pgbouncer.ini"), "") << "from its working directory";
  EXPECT_EQ(why_not("pgbouncer.ini", path("./pgbouncer.ini")), "");
  EXPECT_EQ(why_not("pgbouncer.ini", ""), "") << "a console that does not tell";
}

TEST_F(Conffile, AnotherFileIsNotOurs) {
  EXPECT_THAT(why_not("pgbouncer.ini", path("other.ini")), HasSubstr("other.ini, not "));
  EXPECT_NE(why_not("pgbouncer.ini", path("missing.ini")), "");
}

TEST_F(Conffile, ALinkThatPgbouncerReadsLeadsToTheFileWeEdit) {
  link("link.ini", "pgbouncer.ini");
  EXPECT_EQ(why_not("pgbouncer.ini", path("link.ini")), "");
}

TEST_F(Conffile, ALinkOfOursThatPgbouncerDoesNotReadCannotBeSwitched) {
  link("link.ini", "pgbouncer.ini");
  EXPECT_EQ(why_not("link.ini", path("link.ini")), "");
  EXPECT_NE(why_not("link.ini", path("pgbouncer.ini")), "");
}

}  // namespace
}  // namespace cutover::agent
