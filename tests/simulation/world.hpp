#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/sqlite/statement_probe.hpp"
#include "facade/stepped_worker.hpp"
#include "messenger/messenger.hpp"
#include "tests/simulation/activity.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/server.hpp"
#include "tests/simulation/step.hpp"

namespace messenger::simulation {

enum class StorageKind : std::uint8_t { memory, sqlite, postgres };
[[nodiscard]] std::optional<StorageKind> storageNamed(std::string_view name);

/// Whether users act from several devices, and whether the newest one replaces the others.
enum class Devices : std::uint8_t { none, several, replacing };

/// What a world is made of. A replay file begins with it.
struct WorldOptions {
  std::uint64_t seed = 1;  ///< of what the library itself draws: ids, delays
  std::size_t hosts = 2;
  std::size_t users = 4;
  bool queued = true;
  bool ownDirectory = false;  ///< the hosts' own, which fails on its own
  StorageKind storage = StorageKind::memory;
  std::chrono::seconds reportEvery{15};  ///< how often hosts report the heartbeats that they received
  bool limits = false;                   ///< calls have a longest duration, and nobody is alone for long
  Devices devices = Devices::none;
  bool removal = false;  ///< sessions are taken out of their rooms
  bool rings = false;    ///< callees are rung, for a while
  bool workers = false;  ///< jobs run as in a Worker, whose leases are renewed
  bool groups = false;   ///< SQLite: changes of a host wait for each other, and are committed together
};

[[nodiscard]] std::string describe(const WorldOptions& options);
[[nodiscard]] std::optional<WorldOptions> parseWorld(std::string_view line);

/// Thrown by everything that a process touches after its death, so that its work ends and has no effect.
struct HostDied : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "this process is dead"; }
};

/// Several processes on one storage, in virtual time: nothing happens but by `perform`. Confined to one OS
/// thread, and to those of its activities.
class World {
  struct Running;

 public:
  explicit World(const WorldOptions& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Carries a step out, and looks at the invariants. False: it makes no sense now (a process that is dead,
  /// a call that does not exist), and nothing was done.
  bool perform(std::size_t number, const Step& step);

  /// Faults off, everyone goes on, nobody sends heartbeats, until nothing is left to do. Then the last look.
  void drain();

  [[nodiscard]] const std::optional<Violation>& violation() const noexcept { return oracle_.violation(); }
  /// Changes with everything that happens: two histories are the same when it is.
  [[nodiscard]] std::uint64_t fingerprint() const noexcept { return fingerprint_; }

  // For who chooses the next step.

  [[nodiscard]] const WorldOptions& options() const noexcept { return options_; }
  [[nodiscard]] Duration elapsed() const noexcept { return elapsed_; }
  [[nodiscard]] bool alive(std::size_t host) const { return hosts_[host].messenger != nullptr; }
  [[nodiscard]] bool frozen(std::size_t host) const { return hosts_[host].frozen; }
  /// Steps that can go on now.
  [[nodiscard]] std::vector<std::int64_t> stopped() const;
  /// Whether changes of this host wait for a step that is stopped.
  [[nodiscard]] bool isQueueHeld(std::size_t host) const;
  /// When its worker's leases are to be renewed.
  [[nodiscard]] std::optional<Duration> renewalDue(std::size_t host) const { return hosts_[host].renewAt; }
  [[nodiscard]] const Step& stoppedStep(std::int64_t number) const { return stopped_.at(number)->step; }
  [[nodiscard]] bool isUnderWay(std::size_t number) const {
    return stopped_.count(static_cast<std::int64_t>(number)) != 0;
  }
  /// Of a step that is stopped in a job: the thread of that one's call.
  [[nodiscard]] std::optional<std::size_t> threadOfJob(std::int64_t number) const;
  [[nodiscard]] std::optional<Call> latestCall(std::size_t thread) const;
  /// The step's user with its device.
  [[nodiscard]] bool isIn(const CallId& call, const Step& step) const;
  /// With any device.
  [[nodiscard]] bool isInCall(const CallId& call, std::size_t user) const;
  [[nodiscard]] bool isRung(const CallId& call, std::size_t user) const;
  [[nodiscard]] bool isMember(std::size_t thread, std::size_t user) const;
  /// Somebody was removed, and the hosts' directory does not show it yet.
  [[nodiscard]] bool directoryIsBehind() const noexcept { return !behind_.empty(); }

  // For the simulated contracts (contracts.cpp).

  using Process = Oracle::Process;

  /// A point at which others may run, and something may go wrong. Throws HostDied for a dead process.
  Fault point(const Process& process, std::string_view name);
  [[nodiscard]] bool isAlive(const Process& process) const;
  [[nodiscard]] bool reachesStorage(const Process& process) const {
    return hosts_[process.host].storageAwayUntil <= elapsed_;
  }
  [[nodiscard]] Moment now(std::size_t host) const;
  [[nodiscard]] Oracle& oracle() noexcept { return oracle_; }
  [[nodiscard]] Storage& storage() noexcept { return *storage_; }
  void committed(const CallChange& change, const CommitResult& result, const Process& process);
  void answerLost(const CallId& call);
  /// The running step read the sessions of a user.
  void loaded(const CallStore::Loaded& loaded);
  /// The storage threw: whether it is made is not known.
  void commitFailed(const CallChange& change, const Process& process);
  /// The running step claimed a job, and holds it until then.
  void claimed(const JobQueue::ClaimedJob& claimed, StorageTime leaseUntil);
  void renewed(const JobId& job, std::int64_t token, StorageTime leaseUntil);
  /// The storage failed the running step.
  void disturbed();

  /// The database refuses the change that the running step makes.
  [[nodiscard]] bool refusesChange();

  /// The running step is to write, for itself and all who wait.
  void leads(const Process& process);
  /// The running step has to wait for one that writes. False: it cannot.
  bool waitsInQueue() noexcept;

  /// A change of the storage, and what the oracle is told of it. Those which were made together with it come
  /// next, and stop when they have told the oracle.
  class Writing {
   public:
    Writing(World& world, const Process& process);
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    /// The storage threw.
    void failed(std::string_view error);

   private:
    World& world_;
    Process process_;
    Running* running_;
    std::size_t failures_ = 0;
  };

  /// A driver works on the room of a call for as long as this lives.
  class DriverAtWork {
   public:
    DriverAtWork(World& world, const CallId& call);
    ~DriverAtWork();
    DriverAtWork(const DriverAtWork&) = delete;
    DriverAtWork& operator=(const DriverAtWork&) = delete;

   private:
    World& world_;
    CallId call_;
    const Running* running_;
  };
  void makeRoom(const CallId& call);
  void destroyRoom(const CallId& call);
  void removeFromRoom(const CallId& call, const std::string& mediaId);
  /// A token with which this session can come in, until it is removed. Nothing: there is no room.
  [[nodiscard]] std::optional<std::string> admit(const CallId& call, const std::string& mediaId);

 private:
  struct Host {
    std::uint64_t life = 0;
    bool frozen = false;
    bool dead = false;                                  ///< and to be buried
    std::unique_ptr<sqlite::StatementProbe> waiting{};  ///< of its storage
    std::shared_ptr<Storage> storage{};
    Duration wallOffset{};
    Duration storageAwayUntil{};
    std::unique_ptr<Messenger> messenger{};
    std::unique_ptr<SteppedWorker> worker{};
    std::optional<Duration> renewAt{};  ///< not while they are being renewed
    std::vector<Subscription> subscriptions{};
    std::set<CallId> lateRooms{};  ///< that it made after a lease had ended, and has not told of
  };

  /// A step under way.
  struct Running {
    std::size_t number = 0;
    Step step;
    Process process{};
    Oracle::Mark begun{};
    std::size_t passed = 0;
    std::optional<SteadyPoint> stoodStill{};  ///< since when it was stopped after storing anything
    std::size_t stopAt = 0;
    std::size_t faultAt = 0;
    Fault fault = Fault::none;
    std::size_t armedAt = 0;  ///< of a fault of the disk
    bool dies = false;
    bool disturbed = false;  ///< something went wrong in it
    bool stoppedBeside = false;
    bool leading = false;   ///< it is stopped where it is to write for others
    bool writing = false;   ///< it makes a change that the world is told of
    bool led = false;       ///< this change has begun a transaction
    bool refused = false;   ///< the database refuses its change
    bool waited = false;    ///< for another one to write,
    bool waits = false;     ///< and does so now,
    std::size_t place = 0;  ///< in the order of those who do
    std::optional<Job> claimed{};
    std::optional<StorageTime> leaseUntil{};
    std::vector<CallSession> sessions{};  ///< that it read last
    std::set<CallId> made{};              ///< rooms
    std::unique_ptr<Activity> activity{};
  };

  void tellTime();
  void startHost(std::size_t host);
  [[nodiscard]] bool someHostIsAlive() const;
  void killHost(std::size_t host);
  /// After its death: lets the work that it had under way come to its end, and removes what is left of it.
  void buryHost(std::size_t host);
  void run(Running& running);
  void begin(std::size_t number, const Step& step);
  bool goOn(const Step& step);
  [[nodiscard]] std::size_t failures() const;
  [[nodiscard]] std::size_t refusalsToCome(const Process& process) const;
  void stopHere(Running& running);
  [[nodiscard]] bool stopsBeside(Running& running, std::string_view name) const;
  void letGroupGoOn(const Process& process);
  void settle();
  void crashMachine();
  void openStorage();
  [[nodiscard]] std::shared_ptr<Storage> storageOf(std::size_t host, sqlite::StatementProbe* waiting) const;
  void arm(Running& running);
  void learnOutcomes();
  void act(Running& running);
  void actAsUser(Messenger& messenger, const Running& running);
  void actAsHost(Messenger& messenger, const Running& running);
  void enterRoom(Messenger& messenger, const Running& running, const CallId& call);
  void askToEnter(Messenger& messenger, const Running& running, const CallId& call);
  void lookIntoRooms();
  void changeMembership(Messenger& messenger, const Running& running);
  void removeMember(Messenger& messenger, const Running& running, std::size_t thread, std::size_t user);
  void catchUp(Messenger& messenger, const Running& running);
  void takeCallsDown(const Running& running, Duration time, const std::function<bool()>& take);
  void runCommand(Messenger& messenger, const Running& running);
  void runJob(Host& host, Messenger& messenger);
  void renewLeases(Host& host, const Running& running);
  bool changeWorld(const Step& step);
  [[nodiscard]] static std::optional<Oracle::Mark> evictsSince(const Running& running);
  [[nodiscard]] Oracle::Cause causeOf(const Process& process) const;
  [[nodiscard]] bool makesSense(const Step& step) const;
  void note(std::string_view text);
  [[nodiscard]] std::string withoutFolder(std::string text) const;
  void noteFreely(const std::string& text);
  [[nodiscard]] SteadyPoint answeredAt(const Running& running) const;
  void look();
  void finish(Step step);
  void everybody(Action action);
  void fiveSecondsPass(int jobs);
  void devicesFallSilent();
  [[nodiscard]] bool stillAlive(const Running& running) const { return isAlive(running.process); }

  [[nodiscard]] static DeviceId device(const Step& step) {
    return step.device == 0 ? DeviceId{} : DeviceId{"d" + std::to_string(step.device)};
  }
  [[nodiscard]] static UserId user(std::size_t number) { return {"user", "u" + std::to_string(number)}; }
  [[nodiscard]] static ThreadId thread(std::size_t number) {
    return ThreadId{std::string{threadName(number)}};
  }
  [[nodiscard]] ThreadStore& directoryStore() const;

  WorldOptions options_;
  Config config_;
  std::unique_ptr<Disk> disk_;          ///< below SQLite
  std::unique_ptr<Server> server_;      ///< of PostgreSQL
  std::shared_ptr<Storage> storage_;    ///< as it is, without faults
  std::shared_ptr<Storage> directory_;  ///< with the hosts' own directory in it; null: the same
  std::vector<Host> hosts_;
  Oracle oracle_;
  std::set<CallId> rooms_;
  /// Who is in a room, and who may not come in again: by the session's media id.
  std::map<CallId, std::set<std::string>> people_;
  std::set<std::string> removed_;
  /// With what one can come in, and which session's it is.
  std::map<CallId, std::map<std::string, std::string>> tokens_;
  std::set<std::string> shown_;                                           ///< tokens that somebody has
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> additions_;  ///< of (thread, user)
  std::set<std::pair<std::size_t, std::size_t>> behind_;  ///< (thread, user): removed, and still shown
  std::multimap<CallId, const Running*> atWork_;
  Duration elapsed_{};
  std::size_t finishing_ = 1'000'000;  ///< the number of the latest step at the end
  Running* current_ = nullptr;
  std::map<std::int64_t, std::unique_ptr<Running>> stopped_;
  std::size_t places_ = 0;  ///< that were taken in queues
  std::size_t tokensMade_ = 0;
  std::size_t refusals_ = 0;  ///< by the database
  bool touched_ = false;      ///< since the last look
  int notLookedAt_ = 0;       ///< so many steps in a row

  /// A commit that failed, and may have been made.
  struct Unknown {
    CallChange change;
    Oracle::Cause cause;
  };
  std::vector<Unknown> unknown_;
  std::set<std::pair<CallId, std::int64_t>> acknowledged_;  ///< commits: the call and its revision after it
  std::uint64_t fingerprint_ = 0xCBF29CE484222325ULL;
};

}  // namespace messenger::simulation
