# One way to make each kind of target, so that warnings, sanitizers and names are the same everywhere.
include_guard()

function(photoplayer_compile_options target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${PHOTOPLAYER_WARNINGS_AS_ERRORS}>>:-Werror>)
  if(PHOTOPLAYER_SANITIZER)
    target_compile_options(${target} PRIVATE -fsanitize=${PHOTOPLAYER_SANITIZER} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${PHOTOPLAYER_SANITIZER})
  endif()
endfunction()

# photoplayer_add_library(stream src/a.cpp ...): static library photoplayer_stream with alias photoplayer::stream.
# Its PUBLIC include directory is its own include/, so a dependency that is not linked is a missing header.
function(photoplayer_add_library name)
  add_library(photoplayer_${name} STATIC ${ARGN})
  add_library(photoplayer::${name} ALIAS photoplayer_${name})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(photoplayer_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  photoplayer_compile_options(photoplayer_${name})
endfunction()

function(photoplayer_add_executable name)
  add_executable(${name} ${ARGN})
  photoplayer_compile_options(${name})
endfunction()
