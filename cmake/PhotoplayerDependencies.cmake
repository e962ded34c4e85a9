# Debian's packages first; nothing is fetched at configure time.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(FLUIDSYNTH REQUIRED IMPORTED_TARGET fluidsynth)
# Of its header kissfft.hh only, so nothing to link.
pkg_check_modules(KISSFFT REQUIRED kissfft-float)
pkg_check_modules(EBUR128 REQUIRED IMPORTED_TARGET libebur128)
pkg_check_modules(GST REQUIRED IMPORTED_TARGET gstreamer-1.0>=1.22 gstreamer-base-1.0 gstreamer-video-1.0
                  gstreamer-audio-1.0 gstreamer-app-1.0 gstreamer-pbutils-1.0)

if(PHOTOPLAYER_WITH_TORCH)
  find_package(Torch REQUIRED)
  # A system include, so that our warnings stay ours.
  add_library(photoplayer_torch INTERFACE)
  target_link_libraries(photoplayer_torch INTERFACE ${TORCH_LIBRARIES})
  target_include_directories(photoplayer_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
  pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile)
  pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
endif()

if(PHOTOPLAYER_BUILD_TESTS)
  find_package(Catch2 REQUIRED)
endif()
if(PHOTOPLAYER_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
