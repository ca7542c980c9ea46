// One PgBouncer: paused or not, the route it runs with, the route on disk; and the clients that go
// through it, or past all of them, each acknowledging one write after the other.
#pragma once

#include <memory>

#include "tests/simulation/servers.h"

namespace cutover::simulation {

class Client;

class Bouncer {
 public:
  Bouncer(World& world, Servers& servers) : world_(world), servers_(servers) {}

  bool paused = false;
  bool on_green = false;       ///< the route it runs with
  bool green_on_disk = false;  ///< the route it would come up with
  std::vector<Client*> clients;

  void pause();
  void resume();
  void reload();
  /// kill -9 and start: un-paused, with what is on disk, every connection gone.
  void restart();
  bool is_drained() const;
  std::uint32_t pauses() const { return pauses_; }

 private:
  void take_route(bool green);
  void let_clients_go_on();

  World& world_;
  Servers& servers_;
  std::uint32_t pauses_ = 0;
};

class Client {
 public:
  /// Without a bouncer it writes on blue directly.
  Client(World& world, Servers& servers, Bouncer* bouncer)
      : world_(world), servers_(servers), bouncer_(bouncer) {}

  Session session;

  void start() { think(); }
  /// Its bouncer serves again.
  void go_on();
  void lose_connection();
  bool is_waiting() const { return is_waiting_; }
  bool is_busy() const { return is_busy_; }

 private:
  void think();
  void begin();
  void log_in();
  void write_on_blue();
  void commit(std::uint32_t generation);
  void write_on_green();
  void end_transaction();
  bool is_gone(std::uint32_t generation);
  microseconds sometimes_long(std::int64_t low_us, std::int64_t high_us, std::int64_t long_us);

  World& world_;
  Servers& servers_;
  Bouncer* bouncer_;
  bool is_waiting_ = false;
  bool is_busy_ = false;
  std::uint32_t life_ = 0;  ///< a transaction of an earlier one is forgotten
};

}  // namespace cutover::simulation
