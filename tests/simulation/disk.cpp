#include "tests/simulation/disk.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "tests/simulation/random.hpp"

namespace messenger::simulation {

/// Forwards everything to the real VFS, but for what changes files.
struct Disk::Vfs {
  struct File {
    sqlite3_file base;
    Disk* disk;
    std::vector<Unsynced>* unsynced;  ///< null: of no interest, such as a temporary file
  };

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static Disk& of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }
  /// The real file lies behind ours.
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }
  static const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    Disk& disk = of(vfs);
    new (file) File{{nullptr}, &disk, nullptr};
    const int result = disk.real_->xOpen(disk.real_, name, real(file), flags, outFlags);
    if (real(file)->pMethods == nullptr) return result;
    if (name != nullptr &&
        (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0) {
      of(file).unsynced = &disk.unsynced_[name];
    }
    static constexpr sqlite3_io_methods ours{
        3,       close,      read,   write,  truncate, sync,       fileSize, lock,  unlock,  checkLock,
        control, sectorSize, device, shmMap, shmLock,  shmBarrier, shmUnmap, fetch, unfetch,
    };
    file->pMethods = &ours;
    return result;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int syncFolder) {
    Disk& disk = of(vfs);
    if (disk.powerIsOff_) return SQLITE_IOERR_DELETE;
    const int result = disk.real_->xDelete(disk.real_, name, syncFolder);
    if (result == SQLITE_OK) {
      const auto known = disk.unsynced_.find(name);
      if (known != disk.unsynced_.end()) known->second.clear();
    }
    return result;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    return of(vfs).real_->xAccess(of(vfs).real_, name, flags, result);
  }
  static int fullPath(sqlite3_vfs* vfs, const char* name, int size, char* result) {
    return of(vfs).real_->xFullPathname(of(vfs).real_, name, size, result);
  }

  static int close(sqlite3_file* file) { return methods(file).xClose(real(file)); }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    return methods(file).xRead(real(file), to, size, offset);
  }

  static std::int64_t sizeOf(sqlite3_file* file) {
    sqlite3_int64 size = 0;
    methods(file).xFileSize(real(file), &size);
    return size;
  }

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (const int error = of(file).disk->nextWrite(SQLITE_IOERR_WRITE); error != SQLITE_OK) return error;
    if (of(file).unsynced != nullptr) {
      Unsynced change;
      change.offset = offset;
      change.sizeBefore = sizeOf(file);
      change.sizeAfter = std::max<std::int64_t>(change.sizeBefore, offset + size);
      change.after.assign(static_cast<const char*>(from), static_cast<const char*>(from) + size);
      change.before.resize(static_cast<std::size_t>(
          std::clamp<std::int64_t>(change.sizeBefore - offset, 0, static_cast<std::int64_t>(size))));
      if (!change.before.empty()) {
        methods(file).xRead(real(file), change.before.data(), static_cast<int>(change.before.size()), offset);
      }
      of(file).unsynced->push_back(std::move(change));
    }
    return methods(file).xWrite(real(file), from, size, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int error = of(file).disk->nextWrite(SQLITE_IOERR_TRUNCATE); error != SQLITE_OK) return error;
    if (of(file).unsynced != nullptr) {
      Unsynced change;
      change.offset = size;
      change.sizeBefore = sizeOf(file);
      change.sizeAfter = size;
      change.before.resize(static_cast<std::size_t>(std::max<std::int64_t>(change.sizeBefore - size, 0)));
      if (!change.before.empty()) {
        methods(file).xRead(real(file), change.before.data(), static_cast<int>(change.before.size()), size);
      }
      of(file).unsynced->push_back(std::move(change));
    }
    return methods(file).xTruncate(real(file), size);
  }
  /// Nothing is really synced: the machine below does not crash.
  static int sync(sqlite3_file* file, int /*flags*/) {
    if (const int error = of(file).disk->nextWrite(SQLITE_IOERR_FSYNC); error != SQLITE_OK) return error;
    if (of(file).unsynced != nullptr) of(file).unsynced->clear();
    return SQLITE_OK;
  }
  static int fileSize(sqlite3_file* file, sqlite3_int64* size) {
    return methods(file).xFileSize(real(file), size);
  }
  static int lock(sqlite3_file* file, int kind) { return methods(file).xLock(real(file), kind); }
  static int unlock(sqlite3_file* file, int kind) { return methods(file).xUnlock(real(file), kind); }
  static int checkLock(sqlite3_file* file, int* result) {
    return methods(file).xCheckReservedLock(real(file), result);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    return methods(file).xFileControl(real(file), what, argument);
  }
  static int sectorSize(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
  static int device(sqlite3_file* /*file*/) { return 0; }  // no promise about torn writes
  static int shmMap(sqlite3_file* file, int page, int size, int extend, void volatile** to) {
    return methods(file).xShmMap(real(file), page, size, extend, to);
  }
  static int shmLock(sqlite3_file* file, int offset, int count, int flags) {
    return methods(file).xShmLock(real(file), offset, count, flags);
  }
  static void shmBarrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
  static int shmUnmap(sqlite3_file* file, int deletes) {
    return methods(file).xShmUnmap(real(file), deletes);
  }
  static int fetch(sqlite3_file* /*file*/, sqlite3_int64 /*offset*/, int /*size*/, void** to) {
    *to = nullptr;  // not mapped: read it
    return SQLITE_OK;
  }
  static int unfetch(sqlite3_file* /*file*/, sqlite3_int64 /*offset*/, void* /*from*/) { return SQLITE_OK; }
};

Disk::Disk() : real_(sqlite3_vfs_find(nullptr)) {
  std::error_code error;
  const std::filesystem::path memory{"/dev/shm"};
  const auto base =
      std::filesystem::is_directory(memory, error) ? memory : std::filesystem::temp_directory_path();
  std::string name = (base / "messenger-simulation-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the database could be made");
  folder_ = name;
  vfs_ = *real_;
  vfs_.pNext = nullptr;
  vfs_.zName = "simulated";
  vfs_.szOsFile = real_->szOsFile + static_cast<int>(sizeof(Vfs::File));
  vfs_.pAppData = this;
  vfs_.xOpen = Vfs::open;
  vfs_.xDelete = Vfs::remove;
  vfs_.xAccess = Vfs::access;
  vfs_.xFullPathname = Vfs::fullPath;
  sqlite3_vfs_register(&vfs_, /*makeDflt=*/1);
}

Disk::~Disk() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, /*makeDflt=*/1);
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

void Disk::arm(Fault fault, std::size_t at) noexcept {
  fault_ = fault;
  left_ = at;
  full_ = false;
}

void Disk::disarm() noexcept {
  arm(Fault::none, 0);
}

int Disk::nextWrite(int errorCode) noexcept {
  const int told = whatIsTold(errorCode);
  if (told != SQLITE_OK) ++failures_;
  return told;
}

int Disk::whatIsTold(int errorCode) noexcept {
  if (powerIsOff_) return errorCode;
  const bool strikes = left_ != 0 && --left_ == 0;
  if (strikes && fault_ == Fault::powerFails) powerIsOff_ = true;
  if (strikes && fault_ == Fault::diskFull) full_ = true;
  if (powerIsOff_) return errorCode;
  if (full_ && errorCode == SQLITE_IOERR_WRITE) return SQLITE_FULL;
  return strikes && fault_ == Fault::diskError ? errorCode : SQLITE_OK;
}

void Disk::restart(std::uint64_t seed) {
  for (auto& [file, changes] : unsynced_) {
    if (!changes.empty() && std::filesystem::exists(file)) restore(file, changes, seed);
    changes.clear();
  }
  // The shared memory of the processes is gone with them.
  for (const auto& each : std::filesystem::directory_iterator(folder_)) {
    if (each.path().string().ends_with("-shm")) std::filesystem::remove(each.path());
  }
  disarm();
  powerIsOff_ = false;
}

/// Takes all changes back, then makes some of them again, whole or in part.
void Disk::restore(const std::string& file, const std::vector<Unsynced>& changes, std::uint64_t seed) {
  constexpr std::size_t sector = 512;
  SeededChoices choices(seed);
  const int handle = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (handle < 0) throw std::runtime_error("a database file cannot be restored");
  const auto put = [&](const std::vector<char>& bytes, std::size_t length, std::int64_t offset) {
    if (length != 0 && ::pwrite(handle, bytes.data(), length, offset) < 0)
      throw std::runtime_error("a database file cannot be restored");
  };
  const auto resize = [&](std::int64_t size) {
    if (::ftruncate(handle, size) != 0) throw std::runtime_error("a database file cannot be restored");
  };
  for (auto each = changes.rbegin(); each != changes.rend(); ++each) {
    resize(each->sizeBefore);
    put(each->before, each->before.size(), each->offset);
  }
  for (const Unsynced& each : changes) {
    const std::uint64_t kind = choices.below(10);
    if (kind < 4) continue;
    if (each.after.empty()) {
      resize(each.sizeAfter);
      continue;
    }
    const std::size_t sectors = (each.after.size() + sector - 1) / sector;
    const std::size_t length =
        kind < 7 ? std::min(each.after.size(), choices.below(sectors + 1) * sector) : each.after.size();
    put(each.after, length, each.offset);
  }
  ::close(handle);
}

}  // namespace messenger::simulation
