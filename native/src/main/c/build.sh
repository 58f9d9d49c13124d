#!/bin/sh
# Compiles the kernels with the machine's C compiler into one library, for every level of instructions that the compiler
# knows; the level is chosen when the library is loaded. Does nothing where the library is newer than its sources.
#
#   build.sh FOLDER_FOR_OBJECTS LIBRARY [more flags]
#
# GTA_LEVELS, where it is set, says which levels are wanted.
#
# CC may be a command with arguments ("zig cc -target aarch64-linux-gnu"). Without a compiler, or with one that lacks the
# instructions or its own headers, it says so and succeeds: everything runs without the library, only more slowly. So it
# does where the kernels cannot be compiled, and leaves a file "failed" among the objects, which a test looks for.
set -eu

objects=$1 library=$2
shift 2
sources=$(cd "$(dirname "$0")" && pwd)

compiler=
for candidate in ${CC:+"$CC"} ${CC:+"${CC%% *}"} cc gcc clang; do
  if command -v "$candidate" >/dev/null 2>&1; then
    compiler=$candidate
    break
  fi
done
arguments=
if [ -n "${CC-}" ] && [ "$compiler" = "${CC%% *}" ] && [ "$compiler" != "$CC" ]; then
  arguments=${CC#* }
elif [ -n "${CC-}" ] && [ "$compiler" != "$CC" ]; then
  echo "gta4j native: CC=$CC is no command, so ${compiler:-nothing} compiles the kernels"
fi
if [ -z "$compiler" ]; then
  rm -f "$library"
  echo "gta4j native: no C compiler found (CC, cc, gcc, clang), so the kernels are left out and the Vector API runs"
  exit 0
fi
compile() {
  # shellcheck disable=SC2086 # a list of arguments
  "$compiler" $arguments "$@"
}

# The compiler and the flags belong to what the library was made of.
stamp="$(compile --version | head -1) $arguments ${GTA_LEVELS-} $*"
if [ -e "$library" ] && [ -z "$(find "$sources" -newer "$library")" ] && [ "$(cat "$objects/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

left_out() {
  status=$?
  [ $status -ne 0 ] || return 0
  rm -f "$library"
  : >"$objects/failed"
  echo "gta4j native: $compiler could not compile the kernels (above it says why), so they are left out"
  exit 0
}
rm -rf "$objects"
mkdir -p "$objects" "$(dirname "$library")"
trap left_out EXIT

# No paths and no times in the result; errno and rounding modes are nobody's business here.
flags="-O3 -std=c11 -ffp-contract=off -fno-math-errno -fPIC -fvisibility=hidden -Wall -Wextra"
# Whether a level can be compiled: the compiler knows its flags and has its headers, the assembler its instructions.
knows() { # HEADER RESULT EXPRESSION FLAGS...
  printf '#include <stdint.h>\n#include <%s>\n%s probe(%s a) { return %s; }\n' "$1" "$2" "$2" "$3" >"$objects/probe.c"
  shift 3
  compile "$@" -O1 -Werror -c "$objects/probe.c" -o "$objects/probe.o" >"$objects/probe.log" 2>&1
}

levels=
case $(compile -dumpmachine) in
  x86_64* | amd64*)
    avx2="-mavx2 -mfma -mf16c"
    avx512="$avx2 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni"
    # shellcheck disable=SC2086 # lists of flags
    ! knows immintrin.h __m256i '_mm256_maddubs_epi16(a, a)' $avx2 || levels="$levels avx2"
    # shellcheck disable=SC2086
    ! knows immintrin.h __m512i '_mm512_dpbusd_epi32(a, a, a)' $avx512 || levels="$levels avx512"
    ;;
  aarch64* | arm64*)
    for neon in -march=armv8.2-a+dotprod -mcpu=generic+dotprod; do
      if knows arm_neon.h int32x4_t 'vdotq_s32(a, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(a))' "$neon"; then
        levels="$levels neon"
        break
      fi
    done
    ;;
esac
[ -z "${GTA_LEVELS-}" ] || levels=" $GTA_LEVELS"
if [ -z "$levels" ]; then
  rm -f "$library"
  echo "gta4j native: $compiler cannot compile any instructions that the kernels are written for, so they are left out"
  head -3 "$objects/probe.log" 2>/dev/null || true
  exit 0
fi

defines=
for level in $levels; do
  defines="$defines -DGTA_HAS_$level"
  eval "of_level=\$$level"
  jobs=
  for file in prepare linear_quantized linear_float elements store attention; do
    # shellcheck disable=SC2086
    compile $flags $of_level "$@" -DGTA_LEVEL="$level" -c "$sources/$file.c" -o "$objects/$file-$level.o" &
    jobs="$jobs $!"
  done
  for job in $jobs; do wait "$job"; done
done
for file in formats machine; do
  # shellcheck disable=SC2086
  compile $flags $defines "$@" -c "$sources/$file.c" -o "$objects/$file.o"
done
set -- "$@" -shared
case $(compile -dumpmachine) in
  *linux*) set -- "$@" -Wl,--build-id=none -s ;;
esac
compile "$@" -o "$objects/library" "$objects"/*-*.o "$objects/formats.o" "$objects/machine.o" -lm
mv -f "$objects/library" "$library"
printf '%s\n' "$stamp" >"$objects/stamp"
echo "gta4j native: kernels for$levels, by $compiler"
