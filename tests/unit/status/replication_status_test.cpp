// A look at replication where a server takes connections and says nothing.
#include "controller/status/replication_status.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "controller/commands/run_task.h"

namespace cutover {
namespace {

namespace asio = boost::asio;

TEST(ReplicationStatus, AServerThatSaysNothingCostsTheLimitAndIsNamed) {
  asio::io_context context;
  const asio::ip::tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
  DatabaseConfig database;
  database.name = "app";
  database.blue = "host=127.0.0.1 dbname=app user=nobody port=" +
                  std::to_string(silent.local_endpoint().port());
  database.green = database.blue;
  ReplicationLook look;
  look.limit = std::chrono::milliseconds(300);
  const auto begun = std::chrono::steady_clock::now();
  const auto seen = run_task<std::vector<ReplicationStatus>>(
      [&](auto) { return look_at_replication({database}, look); });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));
  ASSERT_EQ(seen.size(), 1U);
  for (const auto* direction : {&seen[0].forward, &seen[0].back}) {
    ASSERT_EQ(direction->unknown.size(), 1U);
    EXPECT_NE(direction->unknown[0].what.find("no answer within"), std::string::npos);
    EXPECT_NE(direction->unknown[0].what.find("blue app"), std::string::npos);
  }
}

}  // namespace
}  // namespace cutover
