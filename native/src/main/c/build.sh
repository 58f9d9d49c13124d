#!/bin/sh
# Compiles the kernels with the machine's C compiler into one library, for every level of instructions that the compiler
# knows; the level is chosen when the library is loaded. Does nothing where the library is newer than its sources.
#
#   build.sh FOLDER_FOR_OBJECTS LIBRARY [more flags]
#
# GTA_LEVELS, where it is set, says which levels are wanted.
#
# Without a compiler it says so and succeeds: everything runs without the library, only more slowly.
set -eu

objects=$1 library=$2
shift 2
sources=$(cd "$(dirname "$0")" && pwd)

compiler=
for candidate in ${CC:+"$CC"} cc gcc clang; do
  if command -v "$candidate" >/dev/null 2>&1; then
    compiler=$candidate
    break
  fi
done
if [ -z "$compiler" ]; then
  rm -f "$library"
  echo "gta4j native: no C compiler found (CC, cc, gcc, clang), so the kernels are left out and the Vector API runs"
  exit 0
fi

# The compiler and the flags belong to what the library was made of.
stamp="$("$compiler" --version | head -1) ${GTA_LEVELS-} $*"
if [ -e "$library" ] && [ -z "$(find "$sources" -newer "$library")" ] && [ "$(cat "$objects/stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

# A compiler that cannot compile, for want of its headers say, is no reason to go without everything else.
left_out() {
  status=$?
  [ $status -ne 0 ] || return 0
  rm -f "$library"
  echo "gta4j native: $compiler could not compile the kernels (above it says why), so they are left out"
  exit 0
}
trap left_out EXIT

rm -rf "$objects"
mkdir -p "$objects" "$(dirname "$library")"
# No paths and no times in the result; errno and rounding modes are nobody's business here.
flags="-O3 -std=c11 -ffp-contract=off -fno-math-errno -fPIC -fvisibility=hidden -Wall -Wextra"
knows() { # whether the compiler knows these flags
  echo 'int x;' | "$compiler" "$@" -Werror -x c -c -o "$objects/probe.o" - >/dev/null 2>&1
}

levels=
case $("$compiler" -dumpmachine) in
  x86_64* | amd64*)
    avx2="-mavx2 -mfma -mf16c"
    avx512="$avx2 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni"
    # shellcheck disable=SC2086 # lists of flags
    ! knows $avx2 || levels="$levels avx2"
    # shellcheck disable=SC2086
    ! knows $avx512 || levels="$levels avx512"
    ;;
  aarch64* | arm64*)
    neon="-march=armv8.2-a+dotprod+fp16"
    # shellcheck disable=SC2086
    ! knows $neon || levels="$levels neon"
    ;;
esac
[ -z "${GTA_LEVELS-}" ] || levels=" $GTA_LEVELS"
if [ -z "$levels" ]; then
  rm -f "$library"
  echo "gta4j native: $compiler knows no instructions that the kernels are written for, so they are left out"
  exit 0
fi

defines=
for level in $levels; do
  defines="$defines -DGTA_HAS_$level"
  eval "of_level=\$$level"
  jobs=
  for file in prepare linear_quantized linear_float elements store attention; do
    # shellcheck disable=SC2086
    "$compiler" $flags $of_level "$@" -DGTA_LEVEL="$level" -c "$sources/$file.c" -o "$objects/$file-$level.o" &
    jobs="$jobs $!"
  done
  for job in $jobs; do wait "$job"; done
done
for file in formats machine; do
  # shellcheck disable=SC2086
  "$compiler" $flags $defines "$@" -c "$sources/$file.c" -o "$objects/$file.o"
done
set -- "$@" -shared
case $("$compiler" -dumpmachine) in
  *linux*) set -- "$@" -Wl,--build-id=none -s ;;
esac
"$compiler" "$@" -o "$objects/library" "$objects"/*-*.o "$objects/formats.o" "$objects/machine.o" -lm
mv -f "$objects/library" "$library"
printf '%s\n' "$stamp" >"$objects/stamp"
echo "gta4j native: kernels for$levels, by $compiler"
