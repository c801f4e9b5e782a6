#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "adapters/postgres/address.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/server_clock.hpp"
#include "messenger/contracts/job_queue.hpp"
#include "support/backoff.hpp"
#include "support/home_process.hpp"

namespace messenger::inline v0::postgres {

/// Listens for jobs on a connection of its own, which is made when it first waits, and made again when it is
/// lost. Every step of that is one of many that a wait may take, so that it can always be woken.
class JobListener final : public JobQueue::Waiter {
 public:
  /// `timeLimit` is for connecting. `address` and `clock` outlive this object.
  JobListener(const Address& address, const std::string& channel, std::chrono::milliseconds timeLimit,
              ServerClock& clock);
  ~JobListener() override;
  JobListener(const JobListener&) = delete;
  JobListener& operator=(const JobListener&) = delete;

  void wait(Deadline deadline, int wake) noexcept override;

 private:
  enum class Stage : std::uint8_t { closed, connecting, subscribing, listening };

  void connect();
  void lose();
  /// When something is to be done although the server has not answered.
  [[nodiscard]] Deadline limit() const noexcept;
  /// The server has answered. True: jobs may have been stored.
  [[nodiscard]] bool advance();
  void advanceConnecting();
  [[nodiscard]] bool takeAnswers();
  [[nodiscard]] bool takeNotifications();

  const support::HomeProcess home_;
  const Address& address_;
  const std::string statement_;
  const std::chrono::milliseconds timeLimit_;
  ServerClock& clock_;
  std::size_t firstHost_ = 0;
  SessionPointer session_;
  Stage stage_ = Stage::closed;
  bool wantsToWrite_ = false;
  bool refused_ = false;
  Deadline stageEnds_{};
  support::Backoff backoff_;
};

}  // namespace messenger::postgres
