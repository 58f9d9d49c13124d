#!/bin/sh
# Builds this project, which is outside of gta4j's, on what was published into a folder (CONTRIBUTING.md, "Releasing"), and
# runs it twice: with everything on the class path, and as modules. Both have to tell the same story.
#
#   try.sh REPOSITORY [MODEL]
set -eu

[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
repository=$(realpath "$1")
model=$(realpath "${2-$root/cli/src/test/models/stories260K/stories260K.bin}")
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$repository/org/gta4j/gta4j-bom/maven-metadata.xml" | tail -1)
java=$("$root/.mvn/find-jdk.sh")/bin/java

# What it loads of gta4j goes into a folder of its own, so that no other build takes that for what is current.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/pom.xml" "$here/src" "$work"
"$root/mvnw" -B -q -f "$work/pom.xml" "-Dmaven.repo.local=$work/m2" "-Dmaven.repo.local.tail=${HOME}/.m2/repository" \
  "-Dgta.repository=file://$repository" "-Dgta.version=$version" compile
ls "$work/target/lib"
on_path=$("$java" --enable-native-access=ALL-UNNAMED -cp "$work/target/classes:$work/target/lib/*" outside.Main "$model")
as_modules=$("$java" --enable-native-access=org.gta4j.kernels -p "$work/target/classes:$work/target/lib" -m outside/outside.Main "$model")
printf '%s\n' "$on_path"
[ "$on_path" = "$as_modules" ] || { printf 'as modules something else comes:\n%s\n' "$as_modules" >&2; exit 1; }
