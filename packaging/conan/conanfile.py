"""The recipe for Conan 2: `conan create packaging/conan`. It builds the checkout that it lies in."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir
from conan.tools.gnu import PkgConfigDeps

# An option of the recipe, the option of CMake, and what it needs.
COMPONENTS = {
    "asio": ("MESSENGER_ASIO", []),
    "http": ("MESSENGER_HTTP", ["nlohmann_json"]),
    "console": ("MESSENGER_CONSOLE", ["nlohmann_json"]),
    "janus": ("MESSENGER_JANUS", ["nlohmann_json", "libcurl", "openssl"]),
    "postgres": ("MESSENGER_POSTGRES", ["libpq"]),
    "redis": ("MESSENGER_REDIS", ["hiredis", "openssl"]),
    "prometheus": ("MESSENGER_PROMETHEUS", ["prometheus-cpp"]),
    "database": ("MESSENGER_DATABASE", []),
    "testing": ("MESSENGER_TESTING", []),
}
VERSIONS = {
    "nlohmann_json": "[>=3.11 <4]",
    "libcurl": "[>=7.78 <9]",
    "openssl": "[>=1.1.1 <4]",
    "libpq": "[>=14 <18]",
    "hiredis": "[>=1.0 <2]",
    "prometheus-cpp": "[>=1.0 <2]",
}


class MessengerConan(ConanFile):
    name = "messenger"
    description = "The calling system of a messenger, as an embeddable C++20 library"
    license = "MIT"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], **{name: [True, False] for name in COMPONENTS}}
    default_options = {"shared": False, "fPIC": True, **{name: False for name in COMPONENTS}}

    @property
    def _source(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._source, "include", "messenger", "version.hpp"))
        self.version = ".".join(
            re.search(rf"MESSENGER_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH")
        )

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "docs/messenger.1"):
            copy(self, pattern, self._source, self.export_sources_folder)

    def config_options(self):
        if self.options.console:
            self.options.database = True

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def validate(self):
        check_min_cppstd(self, 20)

    def requirements(self):
        self.requires("boost/[>=1.74 <2]", headers=True, libs=False, visible=bool(self.options.asio))
        self.requires("fmt/[>=9 <12]")
        self.requires("sqlite3/[>=3.37 <4]")
        self.requires("sqlitecpp/[>=3.2 <4]")
        self.requires("tl-expected/[>=1.0 <2]", transitive_headers=True)
        wanted = {need for name, (_, needs) in COMPONENTS.items() if self.options.get_safe(name) for need in needs}
        for need in sorted(wanted):
            self.requires(f"{need}/{VERSIONS[need]}")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()  # hiredis is found by pkg-config
        toolchain = CMakeToolchain(self)
        for name, (option, _) in COMPONENTS.items():
            toolchain.cache_variables[option] = bool(self.options.get_safe(name))
        toolchain.cache_variables["MESSENGER_INSTALL"] = True
        for option in ("MESSENGER_BUILD_TESTS", "MESSENGER_BUILD_EXAMPLES", "MESSENGER_BUILD_BENCH", "MESSENGER_WARNINGS"):
            toolchain.cache_variables[option] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "messenger")
        core = self.cpp_info.components["core"]
        core.set_property("cmake_target_name", "messenger::messenger")
        core.set_property("pkg_config_name", "messenger")
        core.libs = ["messenger"]
        core.system_libs = ["pthread", "dl"]
        core.requires = ["boost::headers", "fmt::fmt", "sqlite3::sqlite3", "sqlitecpp::sqlitecpp", "tl-expected::tl-expected"]
        if not self.options.shared:
            core.defines = ["MESSENGER_STATIC"]
        for name, (_, needs) in COMPONENTS.items():
            if self.options.get_safe(name):
                part = self.cpp_info.components[name]
                part.set_property("cmake_target_name", f"messenger::{name}")
                part.set_property("pkg_config_name", f"messenger-{name}")
                part.libs = [f"messenger_{name}"] if name != "asio" else []  # it has only headers
                part.requires = ["core"] + [f"{need}::{need}" for need in needs]
