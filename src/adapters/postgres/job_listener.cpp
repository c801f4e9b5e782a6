#include "adapters/postgres/job_listener.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <memory>
#include <string_view>

#include "support/deadline.hpp"

namespace messenger::inline v0::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Until one of both is ready, or the end. Returns whether `woken`, `answered`.
struct Woken {
  bool byHost;
  bool byServer;
};
Woken pollBoth(int wake, int socket, bool forWriting, Deadline end) {
  std::array<pollfd, 2> both{pollfd{wake, POLLIN, 0},
                             pollfd{socket, static_cast<short>(forWriting ? POLLOUT : POLLIN), 0}};
  constexpr std::int64_t longest = 60'000;
  const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
  ::poll(both.data(), both.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, longest)));
  return {both[0].revents != 0, both[1].revents != 0};
}

struct NotificationDeleter {
  void operator()(PGnotify* notification) const noexcept { ::PQfreemem(notification); }
};

}  // namespace

JobListener::JobListener(const Address& address, const std::string& channel, milliseconds timeLimit,
                         ServerClock& clock)
    : address_(address),
      statement_("LISTEN " + channel),
      timeLimit_(timeLimit),
      clock_(clock),
      backoff_(longestConnectPause) {}

JobListener::~JobListener() {
  // A child made by fork() must not say goodbye on the session of its parent.
  if (!home_.isHere()) static_cast<void>(session_.release());
}

void JobListener::wait(Deadline deadline, int wake) noexcept {
  try {
    do {
      if (stage_ == Stage::closed && backoff_.mayTry()) connect();
      // Without a session there is no socket, which poll() takes as one that says nothing.
      const int socket = session_ ? ::PQsocket(session_.get()) : -1;
      const Woken woken = pollBoth(wake, socket, wantsToWrite_, std::min(deadline, limit()));
      if (woken.byServer && advance()) return;
      if (woken.byHost) return;
      if (stage_ != Stage::closed && steady_clock::now() >= limit()) {
        // Of several hosts this one is silent.
        if (stage_ == Stage::connecting) ++firstHost_;
        lose();
      }
    } while (steady_clock::now() < deadline);
  } catch (const std::exception&) {  // memory, or randomness: the worker looks from time to time
    session_.reset();
    stage_ = Stage::closed;
    pollBoth(wake, /*socket=*/-1, /*forWriting=*/false, deadline);
  }
}

Deadline JobListener::limit() const noexcept {
  switch (stage_) {
    case Stage::closed:
      return backoff_.next();
    case Stage::connecting:
    case Stage::subscribing:
      return stageEnds_;
    case Stage::listening:
      break;
  }
  return Deadline::max();
}

void JobListener::connect() {
  session_ = beginSession(address_, firstHost_);
  if (!session_ || ::PQstatus(session_.get()) == CONNECTION_BAD) return lose();
  stage_ = Stage::connecting;
  wantsToWrite_ = true;
  stageEnds_ = support::deadlineIn(timeLimit_);
}

void JobListener::lose() {
  session_.reset();
  stage_ = Stage::closed;
  wantsToWrite_ = false;
  backoff_.failed();
}

bool JobListener::advance() {
  if (stage_ == Stage::connecting) {
    advanceConnecting();
    return false;
  }
  if (::PQconsumeInput(session_.get()) == 0) {
    lose();
    return false;
  }
  return stage_ == Stage::subscribing ? takeAnswers() : takeNotifications();
}

void JobListener::advanceConnecting() {
  const PostgresPollingStatusType step = ::PQconnectPoll(session_.get());
  wantsToWrite_ = step == PGRES_POLLING_WRITING;
  if (step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING) return;
  if (step != PGRES_POLLING_OK || ::PQsendQuery(session_.get(), statement_.c_str()) != 1) return lose();
  stage_ = Stage::subscribing;
  refused_ = false;
}

/// What was stored before the server listened is not told: so somebody is to look now.
bool JobListener::takeAnswers() {
  while (::PQisBusy(session_.get()) == 0) {
    const ResultPointer result(::PQgetResult(session_.get()));
    if (!result) {
      if (refused_) {  // a standby, for one
        lose();
        return false;
      }
      stage_ = Stage::listening;
      backoff_.succeeded();
      return true;
    }
    refused_ = refused_ || ::PQresultStatus(result.get()) != PGRES_COMMAND_OK;
  }
  return false;
}

/// A notification says when its job is available: at a time that the clock of another machine has reached,
/// which may be a little ahead of this one's.
bool JobListener::takeNotifications() {
  using Notification = std::unique_ptr<PGnotify, NotificationDeleter>;
  bool any = false;
  while (const auto each = Notification(::PQnotifies(session_.get()))) {
    const std::string_view available = each->extra;
    std::int64_t time = 0;
    std::from_chars(available.data(), available.data() + available.size(), time);
    clock_.reached(StorageTime{Duration{time}});
    any = true;
  }
  return any;
}

}  // namespace messenger::postgres
