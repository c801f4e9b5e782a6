#pragma once

#include <cstdint>

#include "messenger/export.hpp"

// Names without their definitions, for the headers of a host. Include this instead of declaring them there:
// what the library defines is in an inline namespace, so `namespace messenger { class Messenger; }` declares
// another class.

namespace messenger::inline v0 {

// The facade
class AsyncWorker;
class Host;
class Jobs;
class Lane;
class Messenger;
class Scheduler;
class Subscription;
class Threads;
class Worker;
struct Config;
struct Dependencies;

// Values
enum class EndReason : std::uint8_t;
enum class Reason : std::uint8_t;
struct Call;
struct CallParticipant;
struct CallView;
struct Refusal;
struct Room;
struct Thread;
struct ThreadMember;
struct UserId;
template <class Tag>
class StrongId;
using CallId = StrongId<struct CallTag>;
using ThreadId = StrongId<struct ThreadTag>;
using ParticipantId = StrongId<struct ParticipantTag>;
using JobId = StrongId<struct JobTag>;
using DeviceId = StrongId<struct DeviceTag>;

// Contracts
class AsyncVideoDriver;
class Broadcaster;
class Clock;
class Executor;
class Logger;
class Loop;
class Metrics;
class Presence;
class Presenter;
class Storage;
class ThreadDirectory;
class VideoDriver;

}  // namespace messenger
