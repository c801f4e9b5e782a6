#include "messenger/adapters/janus/reconcile_command.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "messenger/adapters/janus/reconciler.hpp"
#include "support/json_writer.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::janus {
namespace {

using console::CommandCall;
using console::ExitCode;
using console::Failure;

void writeRooms(support::JsonWriter& json, const char* key, const std::vector<ReconciledRoom>& rooms) {
  json.key(key).beginArray();
  for (const ReconciledRoom& each : rooms) {
    json.beginObject().key("room").value(each.room).key("call").value(each.call.value()).endObject();
  }
  json.endArray();
}

std::string asJson(const ReconcileReport& report) {
  const auto number = [](std::size_t value) { return static_cast<std::uint64_t>(value); };
  support::JsonWriter json;
  json.beginObject().key("dry_run").value(report.dryRun).key("stopped").value(report.stopped);
  json.key("rooms").value(number(report.rooms)).key("foreign").value(number(report.foreign));
  json.key("in_use").value(number(report.inUse)).key("active_calls").value(number(report.activeCalls));
  writeRooms(json, "destroyed", report.destroyed);
  writeRooms(json, "renewed", report.renewed);
  writeRooms(json, "unknown", report.unknown);
  json.key("failures").beginArray();
  for (const ReconcileFailure& each : report.failures) {
    json.beginObject().key("room").value(each.room).key("call").value(each.call.value());
    json.key("error").value(each.text).endObject();
  }
  json.endArray().endObject();
  return std::move(json).text();
}

void show(CommandCall& call, const ReconcileReport& report) {
  call.document(asJson(report));
  const auto lines = [&](const char* what, const std::vector<ReconciledRoom>& rooms) {
    for (const ReconciledRoom& each : rooms) {
      call.line(fmt::format("{} {} of call {}", what, each.room, each.call.value()));
    }
  };
  lines(report.dryRun ? "would destroy" : "destroyed", report.destroyed);
  lines(report.dryRun ? "would renew" : "to renew:", report.renewed);
  lines("no such call here, not touched:", report.unknown);
  for (const ReconcileFailure& each : report.failures) {
    call.line(fmt::format("failed: {} of call {}: {}", each.room, each.call.value(), each.text));
  }
  call.line(fmt::format(
      "{} rooms, {} in use, {} {}, {} unknown, {} foreign; {} active calls, {} without a room.", report.rooms,
      report.inUse, report.destroyed.size(), report.dryRun ? "to destroy" : "destroyed",
      report.unknown.size(), report.foreign, report.activeCalls, report.renewed.size()));
  if (report.stopped) call.note("Stopped before the end.");
  if (!report.dryRun && !report.renewed.empty()) call.note("A worker of the host makes the new rooms.");
}

std::optional<Failure> reconcileWith(CommandCall& call, const VideoRoom& room, const Secret& roomKey) {
  ReconcileOptions options;
  options.dryRun = call.has("dry-run");
  options.stopRequested = [&] { return call.stopRequested(); };
  options.progress = [&](const ReconcileProgress& at) {
    call.progress(at.phase == ReconcileProgress::Phase::rooms
                      ? fmt::format("room {} of {}", at.done, at.total)
                      : fmt::format("active call {}", at.done));
  };
  const auto report = Reconciler(call.messenger(), room, roomKey).reconcile(options);
  if (!report) {
    return Failure{ExitCode::failed, "janus", report.error().describe() + '.',
                   "Nothing was done. docs/janus.md says what the codes mean."};
  }
  show(call, *report);
  if (report->failures.empty()) return std::nullopt;
  return Failure{ExitCode::failed, "", "", ""};  // the report already contains it
}

console::HostCommand commandThat(std::function<std::optional<Failure>(CommandCall&)> run) {
  console::HostCommand command;
  command.name = "janus:reconcile";
  command.summary = "make Janus's rooms agree with the calls";
  command.description = {
      "Destroys the rooms of calls that have ended, and renews the rooms of active calls that Janus has "
      "lost, for example in a restart. Does not touch rooms without the mark of the library. May be run at "
      "any time while the host runs.",
      "Exit code 1 when Janus could not be asked, or some room failed; the others are still done."};
  command.flags = {{"dry-run", "report only, change nothing"}};
  command.run = std::move(run);
  return command;
}

}  // namespace

console::HostCommand reconcileCommand(VideoRoom room, Secret roomKey) {
  return commandThat([room = std::move(room), key = std::move(roomKey)](CommandCall& call) {
    return reconcileWith(call, room, key);
  });
}

console::HostCommand reconcileCommandFromEnvironment() {
  console::HostCommand command = commandThat([](CommandCall& call) -> std::optional<Failure> {
    try {
      const JanusOptions options = JanusOptions::fromEnvironment();
      const VideoRoom room(std::make_shared<JanusClient>(options));
      return reconcileWith(call, room, options.keyOfRooms());
    } catch (const std::invalid_argument& error) {
      return Failure{ExitCode::usage, "badEnvironment", support::textOf(error) + '.', "Nothing was done."};
    }
  });
  command.description.emplace_back(
      "Needs the host's JANUS_ADMIN_SERVER_ENDPOINT with JANUS_ADMIN_SECRET, or JANUS_SERVER_ENDPOINT with "
      "JANUS_API_SECRET; JANUS_VIDEO_ROOM_SECRET; JANUS_ROOM_KEY if the host has one; JANUS_VERIFY_SSL.");
  return command;
}

}  // namespace messenger::janus
