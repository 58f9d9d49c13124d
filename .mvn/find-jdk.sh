#!/bin/sh
# Prints the home folder of a JDK 25, or says in one sentence what to install and ends with 1.
#
# Both ./mvnw and ./gta ask here, so that they work on a machine whose `java` is older. It reads each JDK's `release`
# file instead of starting the JDK: a start costs tens of milliseconds, and there may be many to look at.

wanted=25

# A JDK, not only a runtime: the build needs its compiler.
is_wanted() {
  [ -n "$1" ] && [ -r "$1/release" ] && [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      "JAVA_VERSION=\"$wanted\""* | "JAVA_VERSION=\"$wanted."* | "JAVA_VERSION=\"$wanted-"* | "JAVA_VERSION=\"$wanted+"*) return 0 ;;
    esac
  done <"$1/release"
  return 1
}

found() {
  printf '%s\n' "$1"
  exit 0
}

is_wanted "${JAVA_HOME-}" && found "$JAVA_HOME"

java=$(command -v java) || java=
if [ -n "$java" ]; then
  # What is on the PATH is mostly a chain of links; the JDK is where it ends.
  real=$(readlink -f "$java" 2>/dev/null) || real=$java
  is_wanted "${real%/bin/java}" && found "${real%/bin/java}"
fi

for jdk in "${JAVA_HOME_25_X64-}" "${JAVA_HOME_25_ARM64-}" "${JDK_25-}" \
  /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/java/* /usr/local/java/* /usr/local/*jdk* "${HOME-}"/*jdk* \
  "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.local/share/mise/installs/java/* \
  "${HOME-}"/.asdf/installs/java/* "${HOME-}"/.gradle/jdks/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
  /opt/homebrew/opt/openjdk@$wanted/libexec/openjdk.jdk/Contents/Home \
  /usr/local/opt/openjdk@$wanted/libexec/openjdk.jdk/Contents/Home; do
  is_wanted "$jdk" && found "$jdk"
done

echo "gta4j needs a JDK $wanted and found none: install one (Temurin $wanted, or 'apt install openjdk-$wanted-jdk') or set JAVA_HOME to its folder." >&2
exit 1
