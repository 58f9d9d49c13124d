#!/bin/sh
# Puts the application together in target/gta: lib/*.jar, the cache that makes it start quickly, and what ./gta needs to
# know to tell whether all this is still true. Maven runs it in cli/, training-cli/ or spark-cli/ after the jars are made:
#
#   assemble.sh JAVA_HOME JAR CLASSPATH_FILE START_OF_BUILD [CLASSPATH_FILE_OF_SPARK]
set -eu

java_home=$1 jar=$PWD/$2 classpath=$(cat "$3") started=$4
spark=
[ $# -lt 5 ] || spark=$(cat "$5")
here=$(dirname "$0")
app=$PWD/target/gta
root=${PWD%/*}
mkdir -p "$app/lib/serve"
# From here until the end ./gta takes the application for unfinished.
rm -f "$app/built"

# 1. The jars. One that did not change stays, since the cache is only good for the very files it was made with.
kept=' '
module=${PWD##*/}
sources="pom.xml $module/pom.xml $module/src/main cli/src/main/launcher"
complete=yes
changed=no
put() {
  name=${1##*/}
  place=${2-}
  # What only a server needs is not on everybody's class path: each jar there costs every start a little.
  [ -n "$place" ] || case $name in
    gta4j-server-* | helidon-* | micrometer-* | prometheus-* | HdrHistogram-* | marked-* | dompurify-*) place=$app/lib/serve ;;
    *) place=$app/lib ;;
  esac
  kept="$kept$name "
  if ! [ -e "$place/$name" ] || [ "$1" -nt "$place/$name" ]; then
    # Under another name first, so that what was cut short is not taken for a jar.
    cp "$1" "$place/$name.new"
    mv -f "$place/$name.new" "$place/$name"
    [ "$place" = "$app/lib/serve" ] || changed=yes
  fi
}
put "$jar"
set -f
IFS=:
for jar in $classpath; do
  put "$jar"
  case $jar in
    "$root"/*/target/*.jar)
      module=${jar#"$root"/}
      module=${module%%/target/*}
      sources="$sources $module/pom.xml $module/src/main"
      ;;
    */gta4j-*) complete=no ;; # A module of ours that this build did not make: nobody knows how old it is.
  esac
done
# Spark's own, which clusters have: apart, so that what is sent there is known.
[ -z "$spark" ] || mkdir -p "$app/lib/spark"
for jar in $spark; do
  put "$jar" "$app/lib/spark"
done
set +f
unset IFS
for jar in "$app"/lib/*.jar "$app"/lib/serve/*.jar "$app"/lib/spark/*.jar; do
  [ -e "$jar" ] || continue
  case $kept in
    *" ${jar##*/} "*) ;;
    *) rm -f "$jar" && changed=yes ;;
  esac
done

# The Vector API is an incubating module, of which the JVM says so on standard error whenever it is there: it is left
# out where the C kernels run, unless somebody asks for it.
find_modules() {
  modules=--add-modules=jdk.incubator.vector
  if (
    unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
    exec "$java_home/bin/java" "@$here/jvm.args" -cp "$plain" org.gta4j.cli.TrainingRun
  ) </dev/null >/dev/null 2>&1; then
    modules=
  fi
  echo "$modules" >"$app/modules"
}
plain=
for jar in "$app"/lib/*.jar; do plain=${plain:+$plain:}$jar; done

# 2. The cache, for the applications that have a run to make it from: classes as the JVM keeps them in memory, from one run of what users do.
set -- "$here/jvm.args"
run=$plain
case ${PWD##*/} in
  cli) main=org.gta4j.cli.TrainingRun ;;
  spark-cli)
    set -- "$PWD/src/main/launcher/jvm.args" "$PWD/src/main/launcher/opens.args"
    for jar in "$app"/lib/spark/*.jar; do run=$run:$jar; done
    main=org.gta4j.cli.spark.TrainingRun
    ;;
  *) main= ;;
esac
version=$(grep '^JAVA_RUNTIME_VERSION=' "$java_home/release" || :)
if [ -n "$main" ] && { [ $changed = yes ] || ! [ -e "$app/gta.aot" ] || [ -n "$(find "$@" -newer "$app/gta.aot")" ] ||
  ! printf '%s\n%s\n' "$java_home" "$version" | cmp -s - "$app/jdk"; }; then
  rm -f "$app/gta.aot"
  find_modules
  training=$PWD/target/training
  rm -rf "$training"
  mkdir "$training"
  # Without a cache the application starts more slowly, that is all.
  (
    unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS
    # shellcheck disable=SC2086 # one flag or none
    exec "$java_home/bin/java" "@$1" ${2:+"@$2"} $modules -XX:+UseParallelGC -XX:AOTCacheOutput="$app/gta.aot" \
      -cp "$run" $main "$training"
  ) </dev/null >"$PWD/target/training.log" 2>&1 || rm -f "$app/gta.aot"
  rm -rf "$training"
  rm -f "$app/gta.aot.config"
fi

# 3. What ./gta wants to know. The stamp carries the time at which this build began: what changed later is not in it.
printf '%s\n%s\n' "$java_home" "$version" >"$app/jdk"
# shellcheck disable=SC2086 # a list of paths without spaces
(cd "$root" && ls -d $sources 2>/dev/null | tr '\n' ' ') >"$app/sources"
echo >>"$app/sources"
[ $complete = no ] || touch -d "$started" "$app/built" 2>/dev/null || touch "$app/built"
