"""Faults to put into the library: (name, file, text, text instead). The simulation must find each of them.

Each text occurs once in its file; `mutate` says so when a change of the code made that untrue.
"""

MUTATIONS = [
    # jobs
    ("fencing token ignored", "src/adapters/memory/job_table.cpp",
     "return row.leasedUntil && row.token == token ? &row : nullptr;", "return row.leasedUntil && token >= 0 ? &row : nullptr;"),
    ("leases ignored", "src/adapters/memory/job_table.cpp",
     "return job.leasedUntil && *job.leasedUntil > now;", "return job.leasedUntil && *job.leasedUntil < now;"),
    ("two jobs of one call at once", "src/adapters/memory/job_table.cpp",
     "[&](const Job* other) { return isHeld(*other); });", "[&](const Job* other) { return isHeld(*other) && other->failed; });"),
    ("intent not stored", "src/adapters/memory/memory_job_queue.cpp",
     "if (result.beginsCreate && !row->call.roomMayExist) CallTable::intend(*row, request.wallNow);", ""),
    ("a retry loses the job", "src/adapters/memory/job_table.cpp",
     "      release(job, settlement.availableAt);\n      break;", "      remove(settlement.job);\n      return;"),
    ("setup not stored with the start", "src/rules/start_call.cpp",
     "if (config.roomJobs) change.jobs", "if (config.roomJobs && now.storage < StorageTime{}) change.jobs"),
    ("teardown not stored with the end", "src/rules/call_rules.cpp",
     "if (config.roomJobs) change.jobs.push_back", "if (config.roomJobs && !state.call.roomMayExist) change.jobs.push_back"),
    ("wall time as the time of a job", "src/rules/call_rules.cpp",
     "job.availableAt = now.storage;", "job.availableAt = StorageTime{now.wall.time_since_epoch()};"),
    ("wall time as the end of a lease", "src/jobs/job_runner.cpp",
     "saturatingAdd(now.storage, policy.lease);", "saturatingAdd(StorageTime{now.wall.time_since_epoch()}, policy.lease);"),
    ("a sweep leaves the last call", "src/jobs/end_calls.cpp",
     "CallStore::ActiveCallsQuery query{0, upTo, sweepBatch};", "CallStore::ActiveCallsQuery query{0, upTo - 1, sweepBatch};"),

    # timers
    ("a timer is due too early", "src/rules/call_rules.cpp",
     "saturatingAdd(now.storage, after);", "saturatingAdd(now.storage, after / 2);"),

    # rooms
    ("late room not destroyed", "src/rules/setup_room.cpp",
     "  if (state.call.active()) return decision;\n  decision.change = changeOf(state, now);\n  addLateRoom", "  if (!state.call.id.empty()) return decision;\n  decision.change = changeOf(state, now);\n  addLateRoom"),
    ("a room that was not recorded is not destroyed", "src/jobs/room_jobs.cpp",
     "if (call.roomMayExist) {", "if (call.room) {"),
    ("a failed destroy counts as done", "src/jobs/room_jobs.cpp",
     'if (!driver->destroy(call)) throw DriverError("the video driver\'s destroy returned false");', "static_cast<void>(driver->destroy(call));"),
    ("room details stay when the room is renewed", "src/rules/renew_room.cpp",
     "row.setupComplete = false;\n  row.room.reset();", "row.setupComplete = false;"),
    ("a setup that is given up leaves the call active", "src/rules/setup_room.cpp",
     "addEnd(decision, state, {.reason = EndReason::setupFailed}, config, now);", ""),

    # commits
    ("two active calls in a thread", "src/adapters/memory/memory_call_store.cpp",
     "if (isNew && change.row && change.row->active() &&", "if (isNew && change.row && !change.row->active() &&"),
    ("the revision is not compared", "src/adapters/memory/memory_call_store.cpp",
     "row->call.revision != change.expectedRevision", "row->call.revision < change.expectedRevision"),
    ("a conflict is taken for success", "src/actions/engine.cpp",
     "    case CommitResult::Status::conflict:\n", "    case CommitResult::Status::conflict:\n      return Done{.kind = Done::Kind::committed};\n"),
    ("a lost claim is taken for one that holds", "src/adapters/memory/memory_call_store.cpp",
     "    return Status::claimLost;", "    return Status::conflict;"),
    ("calls down not looked at with the start", "src/adapters/memory/memory_call_store.cpp",
     "if (change.unlessCallsDown && tables_.callsDownUntil", "if (change.unlessCallsDown && change.row->endReason && tables_.callsDownUntil"),

    # members and kicks
    ("a removal raises no revision of the thread", "src/adapters/memory/thread_table.cpp",
     "  raiseRevision(thread);", ""),
    ("a join does not guard the membership", "src/rules/join_call.cpp",
     "decision.change->threadRevision = loaded.threadRevision;", ""),
    ("who was kicked may join", "src/rules/join_call.cpp",
     "if (known != nullptr && known->kicked) return refused(Reason::kicked);", ""),
    ("tracking kept after a kick or a leave", "src/actions/engine.cpp",
     "  for (const SessionKey& each : result.closed) untrackSafely(context_, each, result.call.revision);\n", ""),
    ("the last one out does not end the call", "src/rules/call_rules.cpp",
     "if (state.inCall == 1) addEnd", "if (state.inCall == 0) addEnd"),
    ("a host that is told of a removal does nothing", "src/facade/host.cpp",
     "if (!loaded.call) return rules::Decision{};", "if (loaded.threadRevision != 0) return rules::Decision{};"),

    # sessions
    ("a leave with one device takes all out", "src/rules/call_rules.cpp",
     "if (countOpen(state) == 1) return takeOut", "if (countOpen(state) >= 1) return takeOut"),
    ("the last device leaves its user in the call", "src/rules/call_rules.cpp",
     "if (countOpen(state) == 1) return takeOut", "if (countOpen(state) == 0) return takeOut"),
    ("a further device replaces without being asked to", "src/rules/join_call.cpp",
     "if (replaces && each.open()) addClosing", "if ((replaces || each.open()) && each.open()) addClosing"),
    ("a device is judged by the silence of another", "src/rules/evict_silent.cpp",
     "if (!isSilent(command.evidence, command.ttl, session->lastSeen,", "if (!isSilent(command.evidence, command.ttl, state.sessions.front().lastSeen,"),
    ("sessions of who leaves stay open", "src/adapters/memory/call_table.cpp",
     "    closeSessions(row, *wanted.leftAt, change.now, result);\n", ""),
    ("a heartbeat counts for the device without a name", "src/actions/heartbeats.cpp",
     "      const auto touched = context_.presence.touchNow(call, user, device, context_.clock);", "      const auto touched = context_.presence.touchNow(call, user, {}, context_.clock);"),

    # presence
    ("no grace after a start", "src/rules/evidence.cpp",
     "if (judge.receivesHeartbeats && saturatingDifference(now, judge.receivingSince) < ttl) return std::nullopt;", ""),
    ("peers that are alive not waited for", "src/rules/evidence.cpp",
     "evidence.end = std::min(evidence.end, peer.reportedUpTo);", ""),
    ("peers that are gone not allowed for", "src/rules/evidence.cpp",
     "evidence.begin = std::max(evidence.begin, peer.leaseUntil);", ""),
    ("acknowledged without a lease", "src/actions/presence_window.hpp",
     "return !needsLease_ || now.time_since_epoch().count() < leaseUntil_.load(std::memory_order_relaxed);", "return !needsLease_ || now.time_since_epoch().count() > 0;"),
    ("own memory not looked at by the judge", "src/rules/evidence.cpp",
     "here.value_or(stored)", "(here ? stored : stored)"),
    ("a report that failed is not made up for", "src/actions/heartbeats.cpp",
     "  std::vector<LastSeen> seen = seenUntil(at);\n", "  std::vector<LastSeen> seen = seenUntil(at);\n  raise(reportedAt_, at);\n"),
    ("evidence not looked at again before the eviction", "src/rules/evict_silent.cpp",
     "  if (!isSilent(command.evidence, command.ttl, session->lastSeen, command.seenHere)) return {};\n", ""),
    ("written through and acknowledged all the same", "src/actions/heartbeats.cpp",
     "stored = touched.now;", "return {};"),
    ("an answer that took longer than a TTL is covered by the lease", "src/actions/presence_window.hpp",
     "(age < config_.ttl && mayAcknowledge(now))", "mayAcknowledge(now)"),
    ("departures of the last TTL only", "src/actions/heartbeats.cpp",
     "const StorageTime since = saturatingSubtract(departuresUpTo_.load(), commitMargin);", "const StorageTime since = now - context_.config.presence.ttl - commitMargin;"),

    ("an untracking that comes late counts", "src/adapters/memory/memory_presence.cpp",
     "part.shard.revision(slot) <= revision)", "(part.shard.revision(slot) <= revision || revision > 0))"),
    ("a room that could not be recorded is forgotten", "src/jobs/job_runner.cpp",
     "      if (claimed.beginsCreate) lateRooms_.add(job.call.value());\n", ""),
    ("tracking kept when the answer of a commit is lost", "src/actions/engine.cpp",
     "    if (closesSessions(change)) context_.window.revokeLease(context_.clock.steady());\n", ""),

    # events
    ("an event that waits for another thread is lost", "src/actions/delivery.cpp",
     "    if (found == shard.strands.end() || found->second.delivering) return;", "    if (found == shard.strands.end()) return;\n    if (found->second.delivering) {\n      found->second.waiting.clear();\n      return;\n    }"),
    ("events delivered twice", "src/actions/delivery.cpp",
     "      bus_.emit(*event);\n", "      bus_.emit(*event);\n      bus_.emit(*event);\n"),
]
