#include "tests/simulation/bouncer.h"

#include <algorithm>

namespace cutover::simulation {

void Bouncer::pause() {
  if (!paused) ++pauses_;
  paused = true;
  for (auto* client : clients) {
    if (!client->is_busy()) servers_.end(client->session);
  }
}

void Bouncer::resume() {
  paused = false;
  let_clients_go_on();
}

void Bouncer::take_route(bool green) {
  if (green && !servers_.record.decided) {
    world_.breaks("I3: a bouncer points at green without a decision");
  }
  if (green != on_green) {
    for (auto* client : clients) servers_.end(client->session);
  }
  on_green = green;
}

void Bouncer::reload() {
  take_route(green_on_disk);
}

void Bouncer::restart() {
  for (auto* client : clients) client->lose_connection();
  take_route(green_on_disk);
  resume();
}

bool Bouncer::is_drained() const {
  return paused && std::none_of(clients.begin(), clients.end(),
                                [](const Client* client) { return client->is_busy(); });
}

void Bouncer::let_clients_go_on() {
  for (auto* client : clients) {
    if (client->is_waiting()) client->go_on();
  }
}

microseconds Client::sometimes_long(std::int64_t low_us, std::int64_t high_us,
                                    std::int64_t long_us) {
  if (world_.random.chance(world_.settings.slow_permille)) {
    return world_.random.between(high_us, long_us);
  }
  return world_.random.between(low_us, high_us);
}

void Client::think() {
  const auto pause =
      world_.is_calm ? world_.random.between(20'000, 60'000) : world_.random.between(500, 12'000);
  world_.clock.after(pause, [this, life = life_] {
    if (life == life_) begin();
  });
}

void Client::go_on() {
  is_waiting_ = false;
  begin();
}

void Client::lose_connection() {
  ++life_;
  servers_.end(session);
  is_busy_ = is_waiting_ = false;
  think();
}

void Client::begin() {
  if (bouncer_ != nullptr && bouncer_->paused) {
    is_waiting_ = true;
    return;
  }
  is_busy_ = true;
  if (bouncer_ != nullptr && bouncer_->on_green) return write_on_green();
  if (session.state == Session::State::none) return log_in();
  write_on_blue();
}

void Client::log_in() {
  session.state = Session::State::logging_in;
  session.born_under_fence = servers_.record.fenced;
  world_.clock.after(sometimes_long(100, 1'500, 60'000), [this, it = session.generation] {
    if (is_gone(it)) return;
    session.state = Session::State::open;
    write_on_blue();
  });
}

/// The write itself: it waits for locks, and the fence may refuse it.
void Client::write_on_blue() {
  session.in_transaction = true;
  if (servers_.is_blocked()) {
    world_.clock.after(microseconds(1'000), [this, it = session.generation] {
      if (!is_gone(it)) write_on_blue();
    });
    return;
  }
  if (!servers_.lets_write(session)) return end_transaction();
  session.has_written = true;
  world_.clock.after(sometimes_long(100, 3'000, 80'000),
                     [this, it = session.generation] { commit(it); });
}

void Client::commit(std::uint32_t generation) {
  if (is_gone(generation)) return;
  servers_.commit_on_blue(session);
  end_transaction();
}

void Client::write_on_green() {
  world_.clock.after(world_.random.between(300, 4'000), [this, life = life_] {
    if (life != life_) return;
    servers_.commit_on_green();
    is_busy_ = false;
    think();
  });
}

/// Its session was ended by the server: the client sees an error and connects anew.
bool Client::is_gone(std::uint32_t generation) {
  if (session.generation == generation) return false;
  if (is_busy_) {
    is_busy_ = false;
    think();
  }
  return true;
}

void Client::end_transaction() {
  session.in_transaction = false;
  is_busy_ = false;
  if (bouncer_ != nullptr && bouncer_->paused) servers_.end(session);
  think();
}

}  // namespace cutover::simulation
