# LibTorch is private to these sources; one precompiled header carries its cost.
add_subdirectory(network)
add_subdirectory(diffv2m)
photoplayer_add_library(model
  src/clip_encoder.cpp src/diffv2m_generator.cpp src/diffv2m_model.cpp src/director.cpp src/harmony_plan.cpp src/load.cpp
  src/parlour_network.cpp src/score_decoder.cpp src/score_generator.cpp src/semantic_encoder.cpp src/sound_decoder.cpp src/window_job.cpp
  src/weights.cpp)
target_link_libraries(photoplayer_model
  PUBLIC photoplayer::stream photoplayer::bundle photoplayer::score
  PRIVATE photoplayer::network photoplayer::diffv2m photoplayer::harmony nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
target_include_directories(photoplayer_model PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_precompile_headers(photoplayer_model REUSE_FROM photoplayer_network)

# Apart from the model, so that checking a reference needs no synthesiser.
photoplayer_add_library(parity
  src/parity.cpp src/parity_file.cpp src/parity_histogram.cpp src/parity_network.cpp src/parity_others.cpp)
target_link_libraries(photoplayer_parity PUBLIC photoplayer::stream PRIVATE photoplayer::diffv2m photoplayer::kernels)
target_include_directories(photoplayer_parity PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_precompile_headers(photoplayer_parity REUSE_FROM photoplayer_network)
