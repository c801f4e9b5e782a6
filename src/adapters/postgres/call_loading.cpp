#include <algorithm>
#include <iterator>
#include <limits>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

// One statement gives the call, the user's row, the counts, the thread's revision, the switch, and the
// membership; a row for each session of the user. $1 and $2 the user, $3 the call or the thread, $4 how far
// to count.

constexpr FixedText inCall =
    "SELECT 1 FROM @call_participants AS each WHERE each.call_sequence = calls.sequence "
    "AND each.left_at IS NULL";
constexpr FixedText pictureColumns =
    callColumns + ", " + participantColumns + ", " + sessionColumns +
    ", CASE WHEN calls.limit_participants > $4::bigint THEN (SELECT count(*) FROM (" + inCall +
    ") AS everybody) ELSE (SELECT count(*) FROM (" + inCall +
    " LIMIT $4::bigint) AS enough) END, "
    "coalesce((SELECT thread_revisions.revision FROM @thread_revisions AS thread_revisions "
    "WHERE thread_revisions.thread_id = coalesce(calls.thread_id, $3::text)), 0), "
    "(SELECT value FROM @settings WHERE key = 'calls_down_until')";
constexpr int sessionColumn = callColumnCount + participantColumnCount;
constexpr int inCallColumn = sessionColumn + sessionColumnCount;
constexpr int revisionColumn = inCallColumn + 1;
constexpr int downColumn = inCallColumn + 2;
constexpr int membershipColumn = inCallColumn + 3;

constexpr FixedText ofCall = " FROM (SELECT 1) AS one LEFT JOIN @calls AS calls ON calls.id = $3::text ";
constexpr FixedText ofThread =
    " FROM (SELECT 1) AS one LEFT JOIN @calls AS calls ON calls.thread_id = $3::text "
    "AND calls.ended_at IS NULL ";
constexpr FixedText joinUser =
    "LEFT JOIN @call_participants AS call_participants "
    "ON call_participants.call_sequence = calls.sequence "
    "AND call_participants.user_type = $1::text AND call_participants.user_id = $2::text "
    "LEFT JOIN @call_sessions AS call_sessions "
    "ON call_sessions.participant_sequence = call_participants.sequence ";

constexpr FixedText byCallText = "SELECT " + pictureColumns + ofCall + joinUser;
constexpr FixedText byThreadText = "SELECT " + pictureColumns + ofThread + joinUser;
constexpr FixedText byCallWithMemberText =
    "SELECT " + pictureColumns + ", " + membershipColumns + ofCall + joinUser +
    "LEFT JOIN @threads AS threads ON threads.id = calls.thread_id" + membershipJoins;
constexpr FixedText byThreadWithMemberText =
    "SELECT " + pictureColumns + ", " + membershipColumns + ofThread + joinUser +
    "LEFT JOIN @threads AS threads ON threads.id = $3::text" + membershipJoins;

// The rest by statements of their own. $1 the call or the thread.
constexpr FixedText isCall = "calls.id = $1::text ";
constexpr FixedText isActiveCall = "calls.thread_id = $1::text AND calls.ended_at IS NULL ";

constexpr FixedText ringsOf =
    "SELECT " + ringColumns +
    " FROM @call_rings AS call_rings WHERE ($2::bool OR call_rings.state = 1 "
    "OR (call_rings.user_type = $3::text AND call_rings.user_id = $4::text)) AND call_rings.call_sequence = "
    "(SELECT calls.sequence FROM @calls AS calls WHERE calls.rings AND ";
constexpr FixedText inOrderOfCallees = ") ORDER BY call_rings.user_type, call_rings.user_id";
constexpr FixedText ringsOfCallText = ringsOf + isCall + inOrderOfCallees;
constexpr FixedText ringsOfThreadText = ringsOf + isActiveCall + inOrderOfCallees;

constexpr FixedText participantsOf =
    " FROM @calls AS calls JOIN @call_participants AS call_participants "
    "ON call_participants.call_sequence = calls.sequence ";
constexpr FixedText participantOf = "SELECT " + participantColumns + ", " + sessionColumns + participantsOf +
                                    "LEFT JOIN @call_sessions AS call_sessions "
                                    "ON call_sessions.participant_sequence = call_participants.sequence "
                                    "WHERE call_participants.id = $2::text AND ";
constexpr FixedText participantOfCallText = participantOf + isCall;
constexpr FixedText participantOfThreadText = participantOf + isActiveCall;

constexpr FixedText everyoneIn =
    "SELECT " + participantColumns +
    " FROM @call_participants AS call_participants WHERE call_participants.left_at IS NULL "
    "AND call_participants.call_sequence = (SELECT calls.sequence FROM @calls AS calls WHERE ";
constexpr FixedText inOrderOfJoining = ") ORDER BY call_participants.sequence";
constexpr FixedText everyoneInCallText = everyoneIn + isCall + inOrderOfJoining;
constexpr FixedText everyoneInThreadText = everyoneIn + isActiveCall + inOrderOfJoining;

constexpr FixedText othersOf =
    "SELECT " + participantColumns + participantsOf +
    "JOIN unnest($2::text[], $3::text[]) AS wanted (type, id) "
    "ON call_participants.user_type = wanted.type AND call_participants.user_id = wanted.id WHERE ";
constexpr FixedText othersOfCallText = othersOf + isCall;
constexpr FixedText othersOfThreadText = othersOf + isActiveCall;

/// A statement by the call, and the same by the thread.
struct Either {
  Sql call;
  Sql thread;
  [[nodiscard]] Sql of(const CallStore::LoadRequest& request) const { return request.call ? call : thread; }
};
constexpr Either picture{byCallText, byThreadText};
constexpr Either pictureWithMember{byCallWithMemberText, byThreadWithMemberText};
constexpr Either ringsOfIt{ringsOfCallText, ringsOfThreadText};
constexpr Either participantOfIt{participantOfCallText, participantOfThreadText};
constexpr Either everyoneInIt{everyoneInCallText, everyoneInThreadText};
constexpr Either othersOfIt{othersOfCallText, othersOfThreadText};

/// The statements of a request, and what they answered.
class Loading {
 public:
  explicit Loading(const CallStore::LoadRequest& request) : request_(request) {
    batch.readOneMoment();
    if (request.call) {
      ask(*request.call);
    } else {
      ask(request.thread.value());
    }
  }

  [[nodiscard]] CallStore::Loaded read(const Results& results, UnreadableRows& unreadable) const {
    CallStore::Loaded loaded = readPicture(results);
    if (!loaded.call) return loaded;
    CallState& state = *loaded.call;
    Rows rings = results.rows(rings_);
    state.rings = readPage(rings, std::numeric_limits<std::size_t>::max(), {"ring of", 1}, unreadable,
                           [](const Rows& row) { return readRing(row, 0); });
    if (request_.participant) readAskedFor(results, state);
    if (request_.everyoneInCall) readEveryone(results, state);
    if (request_.others.empty()) return loaded;
    Rows others = results.rows(others_);
    while (others.next()) {
      CallParticipant each = readParticipant(others, 0, state.call.id);
      if (state.find(each.user) == nullptr) state.participants.push_back(std::move(each));
    }
    return loaded;
  }

  Batch batch;

 private:
  template <class Id>
  void ask(const Id& id) {
    const auto most = mostRows(request_.countUpTo);
    picture_ = batch.add((request_.membership ? pictureWithMember : picture).of(request_), key(request_.user),
                         key(id), most);
    rings_ = batch.add(ringsOfIt.of(request_), key(id), request_.rings, key(request_.user));
    if (request_.participant)
      participant_ = batch.add(participantOfIt.of(request_), key(id), key(*request_.participant));
    if (request_.everyoneInCall) everyone_ = batch.add(everyoneInIt.of(request_), key(id));
    if (request_.others.empty()) return;
    UserArrays others;
    for (const UserId& each : request_.others) others.addKey(each);
    others_ = batch.add(othersOfIt.of(request_), key(id), others.types, others.ids);
  }

  [[nodiscard]] CallStore::Loaded readPicture(const Results& results) const {
    Rows row = results.row(picture_);
    CallStore::Loaded loaded;
    loaded.threadRevision = row.integer(revisionColumn);
    loaded.callsDownUntil = row.maybeStorageTime(downColumn);
    if (request_.membership) loaded.membership = readMembership(row, membershipColumn);
    if (row.isNull(0)) return loaded;
    CallState& state = loaded.call.emplace();
    state.call = readCall(row);
    state.inCall = row.count(inCallColumn);
    if (auto user = readMaybeParticipant(row, callColumnCount, state.call.id)) {
      state.participants.push_back(std::move(*user));
    }
    for (bool more = !row.isNull(sessionColumn); more; more = row.next()) {
      // A membership may repeat each row: a private thread has one other member, so it does not.
      state.sessions.push_back(readSession(row, sessionColumn, state.participants.front()));
    }
    return loaded;
  }

  void readAskedFor(const Results& results, CallState& state) const {
    Rows row = results.rows(participant_);
    if (!row.next()) return;
    const CallParticipant participant = readParticipant(row, 0, state.call.id);
    if (state.find(participant.id) != nullptr) return;
    state.participants.push_back(participant);
    for (bool more = !row.isNull(participantColumnCount); more; more = row.next()) {
      state.sessions.push_back(readSession(row, participantColumnCount, participant));
    }
  }

  /// Each once, also the user or the participant who is in it.
  void readEveryone(const Results& results, CallState& state) const {
    std::erase_if(state.participants, [](const CallParticipant& each) { return !each.leftAt; });
    Rows row = results.rows(everyone_);
    while (row.next()) state.participants.push_back(readParticipant(row, 0, state.call.id));
  }

  const CallStore::LoadRequest& request_;
  std::size_t picture_ = 0;
  std::size_t rings_ = 0;
  std::size_t participant_ = 0;
  std::size_t everyone_ = 0;
  std::size_t others_ = 0;
};

}  // namespace

CallStore::Loaded PostgresCallStore::load(const LoadRequest& request) {
  const Loading loading(request);
  return loading.read(pool_.read(loading.batch), pool_.unreadable());
}

}  // namespace messenger::postgres
