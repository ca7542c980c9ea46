// Who looks on at a run: leaves servers alone while clients wait, and holds nobody up.
#include "controller/commands/onlooker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "controller/commands/run_plan.h"
#include "controller/cutover/plan.h"
#include "controller/report/event_line.h"
#include "tests/support/eventually.h"
#include "tests/support/free_port.h"
#include "tests/support/temporary_directory.h"

namespace cutover {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

/// Takes connections, counts them, and closes each at once.
class Doorman {
 public:
  Doorman() : door_(context_, {asio::ip::address_v4::loopback(), 0}) {
    take();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~Doorman() {
    context_.stop();
    thread_.join();
  }
  std::string conninfo() const {
    return "host=127.0.0.1 dbname=app user=nobody sslmode=disable gssencmode=disable port=" +
           std::to_string(door_.local_endpoint().port());
  }
  int visitors() const { return visitors_; }

 private:
  void take() {
    door_.async_accept([this](boost::system::error_code failed, asio::ip::tcp::socket) {
      if (failed) return;
      ++visitors_;
      take();
    });
  }

  asio::io_context context_{1};
  asio::ip::tcp::acceptor door_;
  std::atomic<int> visitors_ = 0;
  std::thread thread_;
};

/// An onlooker that serves metrics and draws nothing, at a fleet of one database.
class Onlooking {
 public:
  explicit Onlooking(const std::string& conninfo) {
    config_.metrics_listen = "127.0.0.1:" + std::to_string(port_.number());
    config_.databases.emplace_back();
    config_.databases[0].name = "app";
    config_.databases[0].blue = config_.databases[0].green = conninfo;
    onlooker_.emplace(line_, config_, plan_, std::vector<CheckReport>());
    meanwhile_ = onlooker_->meanwhile();
    meanwhile_.begin();
  }
  void hear(const Event& event) { meanwhile_.heard(to_event_line(event)); }
  void leave() { onlooker_->leave(); }

 private:
  static CommandLine quiet() {
    CommandLine line;
    line.json = true;
    return line;
  }

  support::FreePort port_;
  CommandLine line_ = quiet();
  Config config_;
  Plan plan_ = cutover_plan(RunLimits{});
  std::optional<Onlooker> onlooker_;
  WhileItWorks meanwhile_;
};

TEST(OnlookerTest, LeavesTheServersAloneWhileClientsWait) {
  const Doorman held;
  const Doorman free;
  Onlooking onlooking(held.conninfo());
  EXPECT_TRUE(support::eventually(seconds(30), [&] { return held.visitors() >= 4; }));
  onlooking.hear(PauseBegan{});
  const int before = held.visitors();
  const Onlooking another(free.conninfo());
  EXPECT_TRUE(support::eventually(seconds(30), [&] { return free.visitors() >= 8; }));
  EXPECT_LE(held.visitors(), before + 2) << "no more than the look that was under way";
  onlooking.hear(PauseEnded{std::chrono::microseconds(40'000)});
  EXPECT_TRUE(support::eventually(seconds(30), [&] { return held.visitors() >= before + 6; }));
}

/// libpq reads it at every login, and hangs as on a dead file server.
class HangingFile {
 public:
  HangingFile() : path_(directory_ / "services") {
    mkfifo(path_.c_str(), 0600);
    setenv("PGSERVICEFILE", path_.c_str(), 1);
    setenv("PGSERVICE", "site", 1);
  }
  ~HangingFile() {
    unsetenv("PGSERVICE");
    unsetenv("PGSERVICEFILE");
  }
  /// True as soon as somebody waits for it.
  bool has_reader() {
    return support::eventually(seconds(30), [&] {
      writer_ = open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      return writer_ >= 0;
    });
  }
  /// Who waits finds it empty, whoever comes later a file like any other.
  void let_go() {
    std::remove(path_.c_str());
    std::ofstream(path_) << "[site]\n";
    close(writer_);
  }

 private:
  support::TemporaryDirectory directory_{"services"};
  std::string path_;
  int writer_ = -1;
};

TEST(OnlookerTest, IsLeftAtOnceThoughALookHangs) {
  HangingFile file;
  Onlooking onlooking("host=127.0.0.1 port=1 dbname=app user=nobody");
  ASSERT_TRUE(file.has_reader());
  onlooking.leave();
  file.let_go();
}

}  // namespace
}  // namespace cutover
