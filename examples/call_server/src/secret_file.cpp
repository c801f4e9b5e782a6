#include "secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "crypto.hpp"

namespace call_server {
namespace {

constexpr std::size_t secretBytes = 32;
constexpr std::size_t shortest = 16;
constexpr std::size_t largest = 1024;
constexpr mode_t anyoneElse = S_IRWXG | S_IRWXO;

/// A file descriptor, closed with this.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

[[noreturn]] void failed(const std::filesystem::path& file, int why) {
  throw std::system_error(why, std::generic_category(), "the secret file " + file.string());
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw std::invalid_argument("the secret file " + file.string() + ' ' + why);
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777U));
  return text.data();
}

void check(const std::filesystem::path& file, const struct stat& found) {
  if (S_ISDIR(found.st_mode)) refuse(file, "is a folder: move it away, or set CALL_SERVER_SECRET");
  if (!S_ISREG(found.st_mode)) {
    refuse(file, "is a pipe or a device: remove it, or set CALL_SERVER_SECRET");
  }
  if (found.st_uid != ::geteuid()) {
    refuse(file,
           "belongs to another user, who may know it: remove it, and a new one is made, or run the "
           "server as its owner");
  }
  if ((found.st_mode & anyoneElse) != 0) {
    refuse(file, "is open to others (mode " + octal(found.st_mode) +
                     "): remove it, and a new one is made; or run chmod 600 on it, if nobody has read it");
  }
  if (found.st_size > static_cast<off_t>(largest)) {
    refuse(file, "is larger than " + std::to_string(largest) +
                     " bytes, so it is no secret of this server: move it away, and a new one is made");
  }
}

/// What is in it, without the end of the line.
std::string contentOf(const std::filesystem::path& file, int descriptor) {
  // One byte more, because it may have grown since it was looked at.
  std::string content(largest + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(descriptor, content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failed(file, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  content.resize(size);
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  if (content.empty()) refuse(file, "is empty: remove it, and a new one is made");
  if (content.size() < shortest) {
    refuse(file,
           "has fewer than " + std::to_string(shortest) + " bytes in it: remove it, and a new one is made");
  }
  if (content.size() > largest || content.find_first_of(std::string_view{"\0\n\r", 3}) != std::string::npos) {
    refuse(file, "has more in it than one line: move it away, and a new one is made");
  }
  return content;
}

/// Empty when there is no such file.
std::optional<messenger::Secret> readSecret(const std::filesystem::path& file) {
  // O_NONBLOCK: a pipe would wait for its other end.
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (in.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    if (errno == ELOOP) {
      refuse(file, "is a symbolic link: put the file itself there, or set CALL_SERVER_SECRET");
    }
    if (errno == ENXIO) refuse(file, "is a socket or a device: remove it, or set CALL_SERVER_SECRET");
    if (errno == EACCES) {
      refuse(file,
             "may not be read by the user who runs the server: run chown and chmod 600 on it, or remove "
             "it, and a new one is made");
    }
    failed(file, errno);
  }
  struct stat found {};
  if (::fstat(in.get(), &found) != 0) failed(file, errno);
  check(file, found);
  return messenger::Secret{contentOf(file, in.get())};
}

/// Written to another name and linked into place, so that the file is never incomplete; of several that are
/// made at once the first one stays.
void makeSecret(const std::filesystem::path& file) {
  const std::string aside = file.string() + '.' + randomHex(8);
  const std::string made = randomHex(secretBytes) + '\n';
  const Descriptor out{::open(aside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (out.get() < 0) failed(file, errno);
  errno = 0;
  const bool written = ::write(out.get(), made.data(), made.size()) == static_cast<ssize_t>(made.size()) &&
                       ::fsync(out.get()) == 0;
  const bool linked = written && ::link(aside.c_str(), file.c_str()) == 0;
  const int why = errno != 0 ? errno : EIO;
  ::unlink(aside.c_str());
  if (!linked && (!written || why != EEXIST)) failed(file, why);
}

}  // namespace

messenger::Secret keptSecret(const std::filesystem::path& file) {
  if (auto kept = readSecret(file)) return *std::move(kept);
  makeSecret(file);
  if (auto kept = readSecret(file)) return *std::move(kept);
  failed(file, ENOENT);
}

}  // namespace call_server
