#pragma once

#include <condition_variable>
#include <mutex>

// Annotations that clang checks (-Wthread-safety); empty with other compilers.
#if defined(__clang__)
#define MESSENGER_ANNOTATE(x) __attribute__((x))
#else
#define MESSENGER_ANNOTATE(x)
#endif

#define MESSENGER_CAPABILITY(x) MESSENGER_ANNOTATE(capability(x))
#define MESSENGER_SCOPED_CAPABILITY MESSENGER_ANNOTATE(scoped_lockable)
#define MESSENGER_GUARDED_BY(x) MESSENGER_ANNOTATE(guarded_by(x))
#define MESSENGER_REQUIRES(...) MESSENGER_ANNOTATE(requires_capability(__VA_ARGS__))
#define MESSENGER_EXCLUDES(...) MESSENGER_ANNOTATE(locks_excluded(__VA_ARGS__))
#define MESSENGER_ACQUIRE(...) MESSENGER_ANNOTATE(acquire_capability(__VA_ARGS__))
#define MESSENGER_RELEASE(...) MESSENGER_ANNOTATE(release_capability(__VA_ARGS__))
#define MESSENGER_NO_THREAD_SAFETY_ANALYSIS MESSENGER_ANNOTATE(no_thread_safety_analysis)

namespace messenger::inline v0::support {

/// std::mutex, known to clang's analysis.
class MESSENGER_CAPABILITY("mutex") Mutex {
 public:
  void lock() MESSENGER_ACQUIRE() { mutex_.lock(); }
  void unlock() MESSENGER_RELEASE() { mutex_.unlock(); }
  std::mutex& native() noexcept { return mutex_; }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope. Can be released and taken again in between, and used for waiting.
class MESSENGER_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) MESSENGER_ACQUIRE(mutex) : lock_(mutex.native()) {}
  ~Lock() MESSENGER_RELEASE() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void unlock() MESSENGER_RELEASE() { lock_.unlock(); }
  void lock() MESSENGER_ACQUIRE() { lock_.lock(); }

  /// For std::condition_variable.
  std::unique_lock<std::mutex>& native() noexcept { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace messenger::support
