// query, script and pipeline on a server that is well.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "common/async/within.h"
#include "tests/integration/postgres/server_test.h"

namespace cutover::postgres {
namespace {

using namespace std::chrono_literals;

class Call : public ServerTest {
 protected:
  Connection connection_ = connected();

  Answer<Rows> query(std::string sql, Parameters parameters = {}) {
    return run(connection_.query(std::move(sql), std::move(parameters)));
  }
  Answer<std::vector<Rows>> script(std::string sql) { return run(connection_.script(sql)); }
};

TEST_F(Call, AQueryReturnsItsRowsByColumnName) {
  const auto rows =
      query("SELECT n, n * 2 AS \"Double\", NULL AS nothing FROM generate_series(1, 3) n").value();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows.columns(), 3u);
  EXPECT_EQ(rows.column_name(1), "Double");
  EXPECT_EQ(rows.at(2, "Double"), "6");
  EXPECT_EQ(rows.at(2, std::size_t{0}), "3");
  EXPECT_EQ(rows.at(0, "nothing"), std::nullopt);
  EXPECT_EQ(rows.text(0, "nothing"), "");
  EXPECT_EQ(rows.tag(), "SELECT 3");
  EXPECT_EQ(rows.affected(), 0u);
}

TEST_F(Call, AnUnknownColumnOrRowIsAProgrammersError) {
  const auto rows = query("SELECT 1 AS n").value();
  EXPECT_THROW(rows.at(0, "N"), std::logic_error);
  EXPECT_THROW(rows.at(1, "n"), std::logic_error);
  EXPECT_THROW(rows.at(0, 1), std::logic_error);
}

TEST_F(Call, ParametersAreNeverPartOfTheText) {
  const auto rows = query("SELECT $1 || '!' AS a, $2::int + 1 AS b, $3::text AS c",
                          {"it's; --", "41", std::nullopt})
                        .value();
  EXPECT_EQ(rows.at(0, "a"), "it's; --!");
  EXPECT_EQ(rows.at(0, "b"), "42");
  EXPECT_EQ(rows.at(0, "c"), std::nullopt);
}

TEST_F(Call, ChangedRowsAreCounted) {
  ASSERT_TRUE(query("CREATE TEMP TABLE t (n int)"));
  EXPECT_EQ(query("INSERT INTO t VALUES (1), (2), (3)").value().affected(), 3u);
  EXPECT_EQ(query("UPDATE t SET n = 0 WHERE n > 1 RETURNING n").value().affected(), 2u);
  EXPECT_EQ(query("DELETE FROM t").value().tag(), "DELETE 3");
}

TEST_F(Call, ARefusedStatementLeavesTheConnectionUsable) {
  const auto refused = query("SELECT 1 / 0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sqlstate, "22012");
  EXPECT_EQ(refused.error().what, "division by zero");
  EXPECT_FALSE(refused.error().lost);
  EXPECT_EQ(query("SELECT 1 AS n").value().text(0, "n"), "1");
}

TEST_F(Call, AFailureTellsTheServersDetailAndHint) {
  ASSERT_TRUE(query("CREATE TEMP TABLE u (n int PRIMARY KEY)"));
  ASSERT_TRUE(query("INSERT INTO u VALUES (1)"));
  const auto twice = query("INSERT INTO u VALUES (1)");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().sqlstate, "23505");
  EXPECT_NE(twice.error().what.find("(Key (n)=(1) already exists.)"), std::string::npos);
  const auto typo = query("SELECT upperr('x')");
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().hint, "");
}

TEST_F(Call, AQueryTakesOneStatementOnly) {
  const auto two = query("SELECT 1; SELECT 2");
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().sqlstate, "42601");
}

TEST_F(Call, AScriptReturnsTheResultOfEachStatement) {
  const auto results = script("SELECT 1 AS n; CREATE TEMP TABLE s (n int); SELECT 2 AS n").value();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].text(0, "n"), "1");
  EXPECT_EQ(results[1].tag(), "CREATE TABLE");
  EXPECT_EQ(results[2].text(0, "n"), "2");
}

TEST_F(Call, AScriptThatFailsRollsBackWhatCameBefore) {
  ASSERT_TRUE(script("CREATE TEMP TABLE kept (n int)"));
  const auto failed = script("INSERT INTO kept VALUES (1); SELECT 1 / 0; SELECT 2");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sqlstate, "22012");
  EXPECT_EQ(query("SELECT count(*) AS n FROM kept").value().text(0, "n"), "0");
}

TEST_F(Call, NoticesGoNowhere) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(script("DO $$ BEGIN RAISE WARNING 'loud'; END $$"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Call, CopyIsRefusedAndClosesTheConnection) {
  ASSERT_TRUE(query("CREATE TEMP TABLE c (n int)"));
  for (const char* copy : {"COPY c FROM STDIN", "COPY c TO STDOUT"}) {
    auto connection = connected();
    ASSERT_TRUE(run(connection.script("CREATE TEMP TABLE c (n int)")));
    const auto refused = run(connection.script(copy));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("not supported"), std::string::npos);
    EXPECT_TRUE(refused.error().lost);
    EXPECT_FALSE(connection.is_open());
  }
}

TEST_F(Call, APipelineReturnsAllResults) {
  std::vector<Statement> statements;
  for (int i = 0; i < 1000; ++i)
    statements.push_back({"SELECT $1::int AS n, repeat('x', 10000)", {std::to_string(i)}});
  const auto results = run(connection_.pipeline(statements)).value();
  ASSERT_EQ(results.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(results[i].text(0, "n"), std::to_string(i));
  EXPECT_EQ(query("SELECT 1 AS n").value().text(0, "n"), "1");
}

TEST_F(Call, APipelineTakesEffectWholeOrNotAtAll) {
  ASSERT_TRUE(query("CREATE TEMP TABLE p (n int)"));
  const std::vector<Statement> statements = {{"INSERT INTO p VALUES (1)"},
                                             {"SELECT 1 / $1::int", {"0"}},
                                             {"SELECT nonsense"},
                                             {"INSERT INTO p VALUES (2)"}};
  const auto failed = run(connection_.pipeline(statements));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sqlstate, "22012");
  EXPECT_FALSE(failed.error().lost);
  EXPECT_EQ(query("SELECT count(*) AS n FROM p").value().text(0, "n"), "0");
}

TEST_F(Call, AnEmptyPipelineIsNothing) {
  EXPECT_TRUE(run(connection_.pipeline({})).value().empty());
}

Task<bool> throws_logic_error(Task<Answer<Rows>> call) {
  bool thrown = false;
  try {
    const auto answer = co_await std::move(call);
  } catch (const std::logic_error&) {
    thrown = true;
  }
  co_return thrown;
}

Task<bool> second_call_throws(Connection& connection) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  auto both = throws_logic_error(connection.query("SELECT pg_sleep(0.2)")) &&
              throws_logic_error(connection.query("SELECT 1"));
  const auto thrown = co_await std::move(both);
  co_return !std::get<0>(thrown) && std::get<1>(thrown);
}

TEST_F(Call, ASecondCallBesideOneIsAProgrammersError) {
  EXPECT_TRUE(run(second_call_throws(connection_)));
  EXPECT_TRUE(connection_.is_open());
}

}  // namespace
}  // namespace cutover::postgres
