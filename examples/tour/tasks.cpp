#include "tasks.hpp"

#include <messenger/contracts/broadcaster.hpp>
#include <messenger/contracts/presenter.hpp>

using namespace messenger;
using namespace std::chrono_literals;

void Sockets::send(const std::string&, const std::string& text) {
  const std::lock_guard lock(mutex_);
  sent_.push_back(text);
}

std::vector<std::string> Sockets::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

// [broadcaster]
class SocketBroadcaster final : public Broadcaster {
 public:
  explicit SocketBroadcaster(Sockets& sockets) : sockets_(sockets) {}

  // Called on several OS threads at once, for different calls. The payload is JSON.
  void broadcast(const Broadcast& broadcast) override {
    for (const std::string& channel : broadcast.channels) {
      sockets_.send(channel, R"({"event":")" + broadcast.event + R"(","data":)" + broadcast.payload + "}");
    }
  }

 private:
  Sockets& sockets_;
};
// [/broadcaster]

std::shared_ptr<Broadcaster> socketBroadcaster(Sockets& sockets) {
  return std::make_shared<SocketBroadcaster>(sockets);
}

// [presenter]
class Avatars final : public Presenter {
 public:
  // Called on several OS threads at once, for each response and each push: answer from memory.
  ExtraFields userFields(const UserId& user) const override {
    return {ExtraField::text("route", "/people/" + user.id),
            {"avatar", R"({"sm": "/avatars/small.png", "lg": "/avatars/large.png"})"}};
  }
};
// [/presenter]

std::shared_ptr<Presenter> avatars() {
  return std::make_shared<Avatars>();
}

ThreadId makeGroup(Messenger& messenger) {
  // [group]
  Threads& threads = messenger.threads();
  const auto band =
      threads.createGroup("The band", {{.user = {"user", "alice"}, .name = "Alice", .admin = true},
                                       {.user = {"user", "bob"}, .name = "Bob"}});
  threads.putMember(band->id, {.user = {"user", "carol"}, .name = "Carol", .startCalls = true}).value();
  threads.setSubject(band->id, "The band, on tour").value();
  // [/group]
  return band->id;
}

// [refusals]
std::string ring(Messenger& messenger, const ThreadId& thread, const UserId& user) {
  const auto call = messenger.startCall(thread, user);
  if (call) return "ringing";
  const Reason why = call.error().reason;
  if (why == Reason::callAlreadyActive) return "join the active call";
  if (why == Reason::callsDown) return "calls are down for maintenance, try again later";
  return call.error().text();  // a sentence in English that can be shown
}
// [/refusals]

std::vector<Subscription> listen(Messenger& messenger, std::vector<std::string>& log) {
  // [listen]
  std::vector<Subscription> held;  // a listener is subscribed as long as its Subscription exists
  held.push_back(messenger.onCallEnded([&log](const CallEnded& e) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(e.duration).count();
    log.push_back("ended after " + std::to_string(seconds) + " s: " + std::string{toString(e.reason)});
  }));
  held.push_back(messenger.onCallTeardownFailed(
      [&log](const CallTeardownFailed& e) { log.push_back("a room is left at the provider: " + e.error); }));
  // [/listen]
  return held;
}

// [room]
std::string roomFor(Messenger& messenger, const CallId& call, const UserId& user) {
  const auto view = messenger.showCall(call, user);
  if (!view) return view.error().text();
  if (!view->room) return view->inCall ? "setting up, ask again" : "join first";
  return "room " + view->room->id.value_or("?") + ", pin " + view->room->pin.value_or("none");
}
// [/room]

Result<Call> consult(Messenger& messenger, const ThreadId& thread, const UserId& doctor) {
  // [options]
  StartOptions options;
  options.type = CallType::audio;
  options.limits = CallLimits{.participants = 4,
                              .duration = std::chrono::minutes{30},
                              .alone = std::chrono::minutes{5},
                              .emptyGrace = std::chrono::seconds{20}};
  options.data = "appointment 4711";  // comes back in events and views
  return messenger.startCall(thread, doctor, options);
  // [/options]
}

bool moveToLaptop(Messenger& messenger, const CallId& call, const UserId& user) {
  // [devices]
  const DeviceId phone{"phone-7f3a"};
  const DeviceId laptop{"laptop-02c1"};
  messenger.joinCall(call, user, phone).value();
  messenger.joinCall(call, user, laptop).value();  // in the call with both
  messenger.leaveCall(call, user, phone).value();  // still in it
  return messenger.heartbeat(call, user, laptop).has_value();
  // [/devices]
}

void keepOrder(Messenger& messenger, const CallId& call, const UserId& admin, const UserId& noisy) {
  // [kick]
  for (const CallParticipant& each : messenger.host().participants(call)) {
    if (each.user != noisy) continue;
    messenger.kickParticipant(call, admin, each.id).value();    // leaves the call, and may not join again
    messenger.unkickParticipant(call, admin, each.id).value();  // may join again
  }
  // [/kick]
}

std::size_t countHistory(const Messenger& messenger, const ThreadId& thread, const UserId& user) {
  std::size_t seen = 0;
  // [history]
  std::optional<CallId> before;
  do {
    const auto page = messenger.callHistory(thread, user, before);
    if (!page) break;
    seen += page->calls.size();  // newest first
    before = page->nextPage;
  } while (before);
  // [/history]
  return seen;
}

void serve(Messenger& messenger) {
  // [serve]
  Worker worker = messenger.jobs().startWorker({.threads = 2});  // makes and destroys rooms
  Scheduler scheduler = messenger.host().startScheduler();       // evicts silent participants
  // … the host serves its users …
  scheduler.stop();
  worker.drain(10s);  // optional: run the available jobs; the others wait in the database
  worker.stop();
  // [/serve]
}

void maintain(Messenger& messenger) {
  // [maintenance]
  const auto active =
      messenger.host().callsDown(30min);  // ends every call, refuses new ones, in all processes
  if (!active) return;                    // calling is disabled
  messenger.jobs().runPending();          // or a worker does it
  // … the work that needed it …
  messenger.host().callsUp();  // otherwise calls are up again after half an hour
  // [/maintenance]
}

std::size_t lookAfterJobs(Messenger& messenger) {
  // [failed]
  for (const Job& job : messenger.jobs().failed()) {
    // job.type, job.call, job.attempts, job.lastError
    if (job.type == JobType::teardownCall) messenger.jobs().retry(job.id);
  }
  // [/failed]
  return messenger.jobs().counts().waiting;
}
