// SPDX-License-Identifier: Apache-2.0
/// The plugin: joins the element to the models of this build. Nothing is loaded before an element is made.
#include <photoplayer/gst/element.h>
#include <photoplayer/model/load.h>

#include <gst/gst.h>

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

namespace {

using photoplayer::Result;

/// Where this plugin lies, to find the bundle installed with it.
std::filesystem::path own_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::path(info.dli_fname).parent_path();
}

/// The property, then $PHOTOPLAYER_BUNDLE, then the installed bundle, then the source tree's; the same as the
/// command.
Result<std::filesystem::path> find_bundle(const std::string& asked) {
  if (!asked.empty()) return std::filesystem::path(asked);
  const char* named = std::getenv("PHOTOPLAYER_BUNDLE");
  if (named != nullptr && *named != '\0') return std::filesystem::path(named);
  std::error_code ignored;
  // From PREFIX/lib/ARCH/gstreamer-1.0 or PREFIX/lib/gstreamer-1.0.
  std::filesystem::path folder = own_folder();
  for (int up = 0; up < 3; ++up) {
    folder = folder.parent_path();
    const std::filesystem::path installed = folder / "share/photoplayer/parlour.bundle";
    if (std::filesystem::exists(installed, ignored)) return installed;
  }
  const std::filesystem::path built = PHOTOPLAYER_SOURCE_BUNDLE;
  if (std::filesystem::exists(built, ignored)) return built;
  return photoplayer::fail(
      photoplayer::ErrorCode::kBadBundle,
      "there is no bundle at '" + built.string() + "'; set the property 'bundle' or $PHOTOPLAYER_BUNDLE");
}

Result<photoplayer::gst::Model> open_bundle(const photoplayer::gst::ModelRequest& request) {
  const auto path = find_bundle(request.bundle);
  if (!path) return tl::unexpected(path.error());
  photoplayer::model::ModelSettings settings;
  settings.seed = request.seed;
  auto loaded = photoplayer::model::load_model(*path, settings);
  if (!loaded) return tl::unexpected(loaded.error());
  return photoplayer::gst::Model{std::move(loaded->parts), std::move(loaded->encoder), loaded->settings,
                                 loaded->warning};
}

gboolean plugin_init(GstPlugin* plugin) {
  photoplayer::gst::use_model_factory(open_bundle);
  return photoplayer::gst::register_element(plugin) ? TRUE : FALSE;
}

}  // namespace

#define PACKAGE "photoplayer"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, photoplayer, "Live music for live video", plugin_init,
                  PHOTOPLAYER_VERSION, "Apache 2.0", "Photoplayer", "https://github.com/photoplayer/photoplayer")
