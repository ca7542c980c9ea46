// Each point of the set-up of a PgBouncer host is seen when it is missing, and only then.
#include "agent/host_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace cutover::agent {
namespace {

HostView good() {
  HostView view;
  view.settings = {{"pool_mode", "transaction"},   {"client_tls_sslmode", "require"},
                   {"auth_type", "scram-sha-256"}, {"auth_file", "/etc/pgbouncer/userlist.txt"},
                   {"admin_users", "chief"},       {"max_client_conn", "2000"},
                   {"server_login_retry", "1"},    {"listen_addr", "*"},
                   {"listen_port", "6432"}};
  view.databases = {{{"name", "medplum"}, {"host", "b"}, {"port", "5432"}, {"pool_size", "50"}},
                    {{"name", "pgbouncer"}, {"pool_mode", "session"}, {"pool_size", "2"}}};
  view.descriptor_limit = 65536;
  view.user_list = parse_auth_file(
      "\"medplum\" \"plain\"\n; a comment\n\n\"chief\"\t\"SCRAM-SHA-256$4096:a$b:c\"\n");
  return view;
}

TEST(HostPoints, AreAllOkOnAHostSetUpAsTheGuideSays) {
  for (const auto& point : host_points(good()))
    EXPECT_EQ(point.grade, Grade::ok) << point.point << ": " << point.finding;
}

struct Flaw {
  const char* name;
  Grade grade;
  std::function<void(HostView&)> make;
};

TEST(HostPoints, SayWhatIsMissingAndWhatToDo) {
  const Flaw flaws[] = {
      {"entries", Grade::fail, [](HostView& view) { view.databases.clear(); }},
      {"pool mode", Grade::fail, [](HostView& view) { view.settings["pool_mode"] = "session"; }},
      {"pool mode", Grade::fail,
       [](HostView& view) { view.databases[0]["pool_mode"] = "session"; }},
      {"TLS towards clients", Grade::warn,
       [](HostView& view) { view.settings["client_tls_sslmode"] = "disable"; }},
      {"authentication", Grade::warn, [](HostView& view) { view.settings["auth_type"] = "md5"; }},
      {"/etc/pgbouncer/userlist.txt", Grade::fail, [](HostView& view) { view.user_list.reset(); }},
      {"/etc/pgbouncer/userlist.txt", Grade::fail,
       [](HostView& view) { view.others_read_user_list = true; }},
      {"/etc/pgbouncer/userlist.txt", Grade::warn,
       [](HostView& view) { view.user_list->merge(parse_auth_file("\"a\"  \"md5123\"\n")); }},
      {"TLS towards clients", Grade::fail, [](HostView& view) { view.others_read_tls_key = true; }},
      {"admin_users", Grade::warn,
       [](HostView& view) { view.settings["admin_users"] = "other, chief"; }},
      {"admin_users", Grade::warn, [](HostView& view) { view.user_list->erase("chief"); }},
      {"max_client_conn", Grade::warn,
       [](HostView& view) { view.settings["max_client_conn"] = "40"; }},
      {"admin_users", Grade::warn,
       [](HostView& view) {
         view.settings["admin_users"] = "";
         view.user_list->erase("chief");
       }},
      {"descriptors", Grade::fail, [](HostView& view) { view.descriptor_limit = 2000; }},
      {"descriptors", Grade::warn, [](HostView& view) { view.descriptor_limit.reset(); }},
      {"server_login_retry", Grade::warn,
       [](HostView& view) { view.settings["server_login_retry"] = "15"; }},
      {"listens", Grade::warn, [](HostView& view) { view.settings["listen_addr"] = ""; }},
      {"listens", Grade::warn, [](HostView& view) { view.settings["listen_addr"] = "localhost"; }},
      {"listens", Grade::warn,
       [](HostView& view) { view.settings["listen_addr"] = "127.0.1.1, ::1"; }},
      {"listens", Grade::warn,
       [](HostView& view) { view.settings["listen_addr"] = "localhost, "; }},
      {"logins", Grade::warn, [](HostView& view) { view.user_list->erase("medplum"); }},
      {"logins", Grade::warn,
       [](HostView& view) { (*view.user_list)["medplum"] = "SCRAM-SHA-256$4096:a$b:c"; }},
      {"logins", Grade::warn, [](HostView& view) { view.logins["medplum"].user = "other"; }},
      {"logins", Grade::warn, [](HostView& view) { view.logins["medplum"].user = "chief"; }},
  };
  for (const auto& flaw : flaws) {
    auto view = good();
    flaw.make(view);
    const auto points = host_points(view);
    const auto bad = [](const HostPoint& point) { return point.grade != Grade::ok; };
    ASSERT_EQ(std::count_if(points.begin(), points.end(), bad), 1) << flaw.name;
    const auto found = std::find_if(points.begin(), points.end(), bad);
    EXPECT_EQ(found->point, flaw.name);
    EXPECT_EQ(found->grade, flaw.grade) << flaw.name;
    EXPECT_FALSE(found->hint.empty()) << flaw.name;
  }
}

TEST(HostPoints, KnowThatClientsMayBeKnownElsewhere) {
  const std::function<void(HostView&)> ways[] = {
      [](HostView& view) { view.settings["auth_user"] = "asker"; },
      [](HostView& view) { view.settings["auth_type"] = "pam"; },
      [](HostView& view) { view.settings["auth_type"] = "ldap"; },
      [](HostView& view) { view.logins["medplum"].asks_database = true; },
  };
  for (const auto& way : ways) {
    auto view = good();
    view.user_list->erase("medplum");
    way(view);
    for (const auto& point : host_points(view))
      EXPECT_EQ(point.grade, Grade::ok) << point.point << ": " << point.finding;
  }
}

TEST(HostPoints, AskNothingOfAuthFileWhereAnybodyIsLetIn) {
  auto view = good();
  view.user_list->erase("medplum");
  view.settings["auth_type"] = "any";
  for (const auto& point : host_points(view))
    EXPECT_EQ(point.grade, point.point == "authentication" ? Grade::warn : Grade::ok)
        << point.point << ": " << point.finding;
}

TEST(HostPoints, TakeThePasswordOfAnEntrysUserFromTheEntryOrFromTheAuthFile) {
  auto view = good();
  view.logins["medplum"] = {.user = "other", .has_password = true};
  for (const auto& point : host_points(view)) EXPECT_EQ(point.grade, Grade::ok) << point.finding;
  view.logins["medplum"].has_password = false;
  view.user_list->emplace("other", "plain");
  for (const auto& point : host_points(view)) EXPECT_EQ(point.grade, Grade::ok) << point.finding;
}

TEST(HostPoints, ListenWhereOneAddressIsReachedFromElsewhere) {
  for (const char* addresses : {"*", "0.0.0.0", "127.0.0.1,10.0.0.5", "localhost, ::"}) {
    auto view = good();
    view.settings["listen_addr"] = addresses;
    for (const auto& point : host_points(view))
      EXPECT_EQ(point.grade, Grade::ok) << addresses << ": " << point.finding;
  }
}

TEST(HostPoints, ReadTheLimitOfDescriptors) {
  EXPECT_EQ(descriptor_limit_in("Max processes  10  20 processes\n"
                                "Max open files            1024                 524288    files\n"),
            1024U);
  EXPECT_EQ(descriptor_limit_in("nothing of the kind"), std::nullopt);
}

}  // namespace
}  // namespace cutover::agent
