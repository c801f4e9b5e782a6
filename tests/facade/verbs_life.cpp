// What each verb stores, announces and shows.
#include <algorithm>

#include "tests/facade/verbs_world.hpp"

namespace messenger::tests {
namespace {

std::vector<std::string> channelsOf(const std::vector<Broadcast>& broadcasts, const std::string& event) {
  for (const Broadcast& broadcast : broadcasts) {
    if (broadcast.event != event) continue;
    auto channels = broadcast.channels;
    std::sort(channels.begin(), channels.end());
    return channels;
  }
  return {};
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("start_call: succeeds -> the owner is in and the others ring and the room follows",
          "[facade][start_call]") {
  World world;
  const auto call = world.messenger.startCall(ThreadId{"group"}, person("ann"));
  REQUIRE_OK(call);
  REQUIRE(call->active());
  REQUIRE(call->owner == person("ann"));
  REQUIRE_FALSE(call->setupComplete);

  const auto broadcasts = world.broadcaster->take();
  REQUIRE(broadcasts.size() == 1);
  REQUIRE(broadcasts[0].event == "incoming.call");
  REQUIRE(channelsOf(broadcasts, "incoming.call") ==
          std::vector<std::string>{"messenger.user.mia", "messenger.user.sam"});
  REQUIRE(mentions(broadcasts[0].payload, R"("thread_name":"Team")"));
  REQUIRE(mentions(broadcasts[0].payload,
                   R"("sender":{"name":"Name of ann","provider_id":"ann","provider_alias":"user"})"));
  REQUIRE(world.events.size() == 1);
  REQUIRE(world.take<CallStarted>().at(0).by == person("ann"));

  REQUIRE(world.messenger.jobs().runPending().size() == 1);
  REQUIRE(world.take<CallSetupCompleted>().size() == 1);
  const auto view = world.messenger.showCall(call->id, person("ann"));
  REQUIRE_OK(view);
  REQUIRE(view->room.has_value());
  REQUIRE(view->room->id == "room-" + call->id.value());
  REQUIRE(view->admin);
}

TEST_CASE("start_call: synchronous mode -> the room exists when it returns", "[facade][start_call]") {
  World world(/*queued=*/false);
  const auto call = world.messenger.startCall(ThreadId{"private"}, person("alice"));
  REQUIRE_OK(call);
  REQUIRE(call->setupComplete);
  REQUIRE(world.provider->rooms().size() == 1);
  REQUIRE(world.messenger.jobs().runPending().empty());
}

TEST_CASE("start_call: synchronous mode and the provider fails -> refused and the call has ended",
          "[facade][start_call]") {
  World world(/*queued=*/false);
  world.provider->answerCreate(testing::ProviderAnswer::noButDone);
  REQUIRE_REFUSED(world.messenger.startCall(ThreadId{"private"}, person("alice")), Reason::setupFailed);
  REQUIRE(world.take<CallSetupFailed>().size() == 1);
  REQUIRE(world.take<CallEnded>().at(0).reason == EndReason::setupFailed);
  REQUIRE(world.provider->rooms().empty());  // what the provider made despite the failure is destroyed
  REQUIRE(world.messenger.activeCalls(person("alice")).empty());
}

TEST_CASE("join_call: first and again and while in -> a row and the same row and no event",
          "[facade][join_call]") {
  World world;
  const Call call = world.start("group", "ann");
  const auto first = world.messenger.joinCall(call.id, person("mia"));
  REQUIRE_OK(first);
  REQUIRE(first->first);
  world.events.clear();
  world.broadcaster->clear();

  const auto again = world.messenger.joinCall(call.id, person("mia"));
  REQUIRE_OK(again);
  REQUIRE_FALSE(again->first);
  REQUIRE(again->participant.id == first->participant.id);
  REQUIRE(world.events.empty());
  REQUIRE(world.broadcaster->all().empty());

  REQUIRE_OK(world.messenger.leaveCall(call.id, person("mia")));
  const auto back = world.messenger.joinCall(call.id, person("mia"));
  REQUIRE_OK(back);
  REQUIRE_FALSE(back->first);
  REQUIRE(back->participant.id == first->participant.id);
  REQUIRE(world.take<CallJoined>().size() == 1);
  REQUIRE(world.messenger.host().participants(call.id).size() == 2);
}

TEST_CASE("leave_call: the last participant -> the call ends and the room is destroyed",
          "[facade][leave_call]") {
  World world;
  const Call call = world.start("group", "ann");
  world.join(call, "mute");
  REQUIRE_OK(world.messenger.leaveCall(call.id, person("ann")));
  REQUIRE(world.now(call).active());
  world.broadcaster->clear();
  REQUIRE_OK(world.messenger.leaveCall(call.id, person("mute")));
  REQUIRE(world.now(call).endReason == EndReason::lastLeft);
  REQUIRE_FALSE(world.now(call).endedBy.has_value());
  REQUIRE(world.take<CallLeft>().size() == 2);
  REQUIRE(world.take<CallEnded>().size() == 1);
  REQUIRE(channelsOf(world.broadcaster->all(), "left.call") ==
          std::vector<std::string>{"messenger.user.mute"});
  world.messenger.jobs().runPending();
  REQUIRE(world.provider->rooms().empty());
  REQUIRE(world.now(call).teardownComplete);
}

TEST_CASE("end_call: several in the call -> everyone leaves and is notified even if muted",
          "[facade][end_call]") {
  World world;
  const Call call = world.start("group", "ann");
  world.join(call, "mute");
  world.clock->advance(std::chrono::seconds{90});
  world.broadcaster->clear();
  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));

  const Call ended = world.now(call);
  for (const CallParticipant& row : world.messenger.host().participants(call.id))
    REQUIRE(row.leftAt == ended.endedAt);
  const auto told = world.take<CallEnded>();
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].by == person("ann"));
  REQUIRE(told[0].duration == std::chrono::seconds{90});
  REQUIRE(world.take<CallLeft>().empty());
  REQUIRE(channelsOf(world.broadcaster->all(), "call.ended").size() == 4);
  REQUIRE_REFUSED(world.messenger.endCall(call.id, person("ann")), Reason::callEnded);
  REQUIRE(world.take<CallEnded>().size() == 1);
}

TEST_CASE("end_call: a muted member who was not in the call -> not notified", "[facade][end_call]") {
  World world;
  const Call call = world.start("group", "ann");
  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));
  REQUIRE(channelsOf(world.broadcaster->all(), "call.ended") ==
          std::vector<std::string>{"messenger.user.ann", "messenger.user.mia", "messenger.user.sam"});
}

TEST_CASE("end_call: by the host -> needs no participant and has its own reason", "[facade][end_call]") {
  World world;
  const Call call = world.start("group", "ann");
  const auto ended = world.messenger.host().endCall(call.id);
  REQUIRE_OK(ended);
  REQUIRE(ended->endReason == EndReason::host);
  const auto told = world.take<CallEnded>();
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].reason == EndReason::host);
  REQUIRE_FALSE(told[0].by.has_value());
  REQUIRE_REFUSED(world.messenger.host().endCall(call.id), Reason::callEnded);
  REQUIRE(world.take<CallEnded>().size() == 1);
}

TEST_CASE("ignore_call: private thread or group -> the call ends or continues", "[facade][ignore_call]") {
  World world;
  SECTION("private") {
    const Call call = world.start("private", "alice");
    REQUIRE_OK(world.messenger.ignoreCall(call.id, person("bob")));
    REQUIRE(world.now(call).endReason == EndReason::declined);
    REQUIRE(world.take<CallIgnored>().size() == 1);
    REQUIRE(world.take<CallEnded>().at(0).by == person("bob"));
  }
  SECTION("group") {
    const Call call = world.start("group", "ann");
    REQUIRE_OK(world.messenger.ignoreCall(call.id, person("mia")));
    REQUIRE(world.now(call).active());
    REQUIRE(world.take<CallIgnored>().at(0).by == person("mia"));
  }
}

TEST_CASE("kick_participant: kick and un-kick -> out and may not join and may join again",
          "[facade][kick_participant]") {
  World world;
  const Call call = world.start("group", "ann");
  const CallParticipant mia = world.join(call, "mia");
  const auto kicked = world.messenger.kickParticipant(call.id, person("ann"), mia.id);
  REQUIRE_OK(kicked);
  REQUIRE(kicked->kicked);
  REQUIRE(kicked->leftAt.has_value());
  REQUIRE_REFUSED(world.messenger.heartbeat(call.id, person("mia")), Reason::kicked);
  REQUIRE_REFUSED(world.messenger.joinCall(call.id, person("mia")), Reason::kicked);
  REQUIRE_FALSE(world.messenger.showCall(call.id, person("mia"))->room.has_value());

  SECTION("a second kick is silent") {
    REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), mia.id));
    REQUIRE(world.take<KickedFromCall>().size() == 1);
  }
  SECTION("un-kick clears the flag only") {
    const auto freed = world.messenger.unkickParticipant(call.id, person("ann"), mia.id);
    REQUIRE_OK(freed);
    REQUIRE_FALSE(freed->kicked);
    REQUIRE(freed->leftAt == kicked->leftAt);
    REQUIRE_REFUSED(world.messenger.heartbeat(call.id, person("mia")), Reason::notInCall);
    REQUIRE_OK(world.messenger.joinCall(call.id, person("mia")));
  }
  SECTION("kicking the last one, oneself, ends the call") {
    const auto rows = world.messenger.host().participants(call.id);
    REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), rows.at(0).id));
    REQUIRE(world.now(call).endReason == EndReason::lastLeft);
    const auto told = world.take<CallEnded>();
    REQUIRE(told.size() == 1);
    REQUIRE(told[0].reason == EndReason::lastLeft);
    REQUIRE(channelsOf(world.broadcaster->all(), "call.ended").size() == 3);
    world.messenger.jobs().runPending();
    REQUIRE(world.provider->rooms().empty());
  }
  SECTION("somebody of another call is no participant of this one") {
    const Call other = world.start("private", "alice");
    const auto rows = world.messenger.host().participants(other.id);
    REQUIRE_REFUSED(world.messenger.kickParticipant(call.id, person("ann"), rows.at(0).id),
                    Reason::participantNotFound);
  }
}

TEST_CASE("kick_participant: synchronous mode and the call empties -> its room is gone on return",
          "[facade][kick_participant]") {
  World world(/*queued=*/false);
  const Call call = world.start("group", "ann");
  const auto rows = world.messenger.host().participants(call.id);
  REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), rows.at(0).id));
  REQUIRE(world.provider->rooms().empty());
  REQUIRE(world.now(call).teardownComplete);
}

TEST_CASE("threads: a member is removed -> leaves the call", "[facade][threads]") {
  World world;
  const Call call = world.start("group", "ann");
  world.join(call, "mia");
  REQUIRE_OK(world.messenger.threads().removeMember(ThreadId{"group"}, person("mia")));
  REQUIRE(world.take<CallLeft>().at(0).participant.user == person("mia"));
  REQUIRE_REFUSED(world.messenger.heartbeat(call.id, person("mia")), Reason::notMember);
  REQUIRE_REFUSED(world.messenger.threads().removeMember(ThreadId{"group"}, person("mia")),
                  Reason::userNotFound);
  REQUIRE_OK(world.messenger.threads().removeMember(ThreadId{"group"}, person("ann")));
  REQUIRE_FALSE(world.now(call).active());
  REQUIRE(world.now(call).endReason == EndReason::lastLeft);
}

TEST_CASE("threads: invalid threads and users and texts -> refused by name", "[facade][threads]") {
  World world;
  Threads& threads = world.messenger.threads();
  const std::string huge(1'000'000, 'x');
  const auto named = [](const auto& result, const char* field) {
    REQUIRE_REFUSED(result, Reason::invalidInput);
    REQUIRE(mentions(result.error().detail, field));
  };
  REQUIRE_REFUSED(threads.createGroup("", {}, ThreadId{"group"}), Reason::threadExists);
  named(threads.createGroup(huge, {}), "subject");
  named(threads.createGroup("a\nb", {}), "subject");
  named(threads.createGroup("\xff", {}), "subject");
  named(threads.createGroup("", {}, ThreadId{""}), "thread.id");
  named(threads.createGroup("", {World::member("")}), "user.id");
  named(threads.createGroup("", {World::member("x"), World::member("x")}), "members");
  named(threads.createPrivate(World::member("x"), World::member("x")), "members");
  named(threads.putMember(ThreadId{"private"}, World::member("third")), "two members");
  named(threads.setUserName(person("x"), "\x01"), "name");
  REQUIRE_REFUSED(threads.setLocked(ThreadId{"nowhere"}, true), Reason::threadNotFound);
  REQUIRE_REFUSED(threads.putMember(ThreadId{"nowhere"}, World::member("x")), Reason::threadNotFound);
  REQUIRE_REFUSED(threads.removeMember(ThreadId{"nowhere"}, person("x")), Reason::threadNotFound);
}

TEST_CASE("call_history: pages -> newest first and older than the given call", "[facade][list_calls]") {
  Config config = World::configured(/*queued=*/true);
  config.historyFirstPageSize = 2;
  config.historyPageSize = 3;
  World world(config);
  std::vector<CallId> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(world.start("private", "alice").id);
    REQUIRE_OK(world.messenger.endCall(calls.back(), person("alice")));
  }
  const auto idsOf = [](const CallHistory& page) {
    std::vector<CallId> ids;
    for (const CallView& view : page.calls) ids.push_back(view.call.id);
    return ids;
  };
  const auto index = world.messenger.callHistory(ThreadId{"private"}, person("bob"));
  REQUIRE_OK(index);
  REQUIRE(idsOf(*index) == std::vector<CallId>{calls[5], calls[4]});
  REQUIRE(index->total == 6);
  REQUIRE(index->nextPage == calls[4]);
  const auto second = world.messenger.callHistory(ThreadId{"private"}, person("bob"), index->nextPage);
  REQUIRE_OK(second);
  REQUIRE(idsOf(*second) == std::vector<CallId>{calls[3], calls[2], calls[1]});
  const auto last = world.messenger.callHistory(ThreadId{"private"}, person("bob"), second->nextPage);
  REQUIRE_OK(last);
  REQUIRE(idsOf(*last) == std::vector<CallId>{calls[0]});
  REQUIRE_FALSE(last->nextPage.has_value());
  const Call elsewhere = world.start("group", "ann");
  REQUIRE_REFUSED(world.messenger.callHistory(ThreadId{"private"}, person("bob"), elsewhere.id),
                  Reason::callNotFound);
}

TEST_CASE("active_calls: several threads -> only the user's own and the room only while in",
          "[facade][list_calls]") {
  World world;
  const Call call = world.start("group", "ann");
  world.start("private", "alice");
  REQUIRE(world.messenger.activeCalls(person("mia")).size() == 1);
  REQUIRE_FALSE(world.messenger.activeCalls(person("mia"))[0].room.has_value());
  world.join(call, "mia");
  REQUIRE(world.messenger.activeCalls(person("mia"))[0].room.has_value());
  REQUIRE_OK(world.messenger.leaveCall(call.id, person("mia")));
  REQUIRE_FALSE(world.messenger.activeCalls(person("mia"))[0].room.has_value());
  REQUIRE(world.messenger.activeCalls(person("outsider")).empty());
}

TEST_CASE("messenger: subscriber off -> no job is ever stored", "[facade]") {
  Config config = World::configured(/*queued=*/true);
  config.calling.subscriber.enabled = false;
  World world(config);
  const Call call = world.start("group", "ann");
  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));
  REQUIRE(world.messenger.jobs().pending().empty());
  REQUIRE(world.provider->calls().empty());
}

TEST_CASE("messenger: unusable dependencies -> named", "[facade]") {
  REQUIRE_THROWS_WITH(Messenger(Config{}, std::shared_ptr<Storage>{}),
                      Catch::Contains("Dependencies::storage"));
  Config config;
  config.jobs.maxAttempts = 0;
  REQUIRE_THROWS_WITH(Messenger(config, memoryStorage()), Catch::Contains("jobs.maxAttempts"));
  Messenger messenger(Config{}, memoryStorage());
  REQUIRE_THROWS_AS(messenger.setVideoDriver(VideoDriverFactory{}), std::invalid_argument);
}

}  // namespace messenger::tests
