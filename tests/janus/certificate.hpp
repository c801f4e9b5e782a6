#pragma once

#include <filesystem>

namespace messenger::tests {

/// Writes a key, and a certificate for 127.0.0.1 that it signed itself, as PEM.
void writeCertificate(const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace messenger::tests
