// The configuration of the private PgBouncer that proves a route.
#include "agent/private_bouncer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cutover::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

ini::ConfigFiles real_files() {
  const std::string text =
      "[databases]\n"
      "app = host=blue port=5433 dbname=main user=u password='p''w' pool_size=7\n"
      "[pgbouncer]\nauth_file=/etc/pgbouncer/userlist.txt\nserver_tls_sslmode=require\n"
      "listen_addr=*\nadmin_users=postgres\n";
  const auto read = [&](const std::string&) { return text_result(text); };
  return ini::load_config("/x.ini", "/", read).value();
}

PrivateBouncerOptions options(bool to_new_route) {
  return {{{"app", {"blue", "5433"}, {"green", "5434"}}}, to_new_route, "/tmp/p"};
}

TEST(PrivateIni, HasTheWantedRouteAndTheRealCredentials) {
  const std::string text = private_ini(real_files(), options(true)).value();
  EXPECT_THAT(text, HasSubstr("host='green'"));
  EXPECT_THAT(text, HasSubstr("port='5434'"));
  EXPECT_THAT(text, HasSubstr("dbname='main'"));
  EXPECT_THAT(text, HasSubstr("password='p''w'"));
  EXPECT_THAT(text, HasSubstr("server_tls_sslmode = require"));
  EXPECT_THAT(text, HasSubstr("auth_file = /etc/pgbouncer/userlist.txt"));
}

TEST(PrivateIni, KeepsTheOldRouteWhenThatIsAskedFor) {
  const std::string text = private_ini(real_files(), options(false)).value();
  EXPECT_THAT(text, HasSubstr("host='blue'"));
  EXPECT_THAT(text, HasSubstr("port='5433'"));
}

TEST(PrivateIni, IsReachableByNobodyElse) {
  const std::string text = private_ini(real_files(), options(true)).value();
  EXPECT_THAT(text, HasSubstr("listen_addr =\n"));
  EXPECT_THAT(text, HasSubstr("unix_socket_dir = /tmp/p\n"));
  EXPECT_THAT(text, Not(HasSubstr("admin_users")));
}

TEST(PrivateIni, PgbouncersOwnRulesReadItBack) {
  const std::string text = private_ini(real_files(), options(true)).value();
  const auto read = [&](const std::string&) { return text_result(text); };
  const auto files = ini::load_config("/private.ini", "/", read);
  ASSERT_TRUE(files.has_value());
  EXPECT_EQ(ini::find_entry(files.value(), "app")->host, "green");
}

TEST(PrivateIni, ANameIsQuotedOnlyWhereItMustBe) {
  EXPECT_THAT(private_ini(real_files(), options(true)).value(), HasSubstr("\napp ="));
}

}  // namespace
}  // namespace cutover::agent
