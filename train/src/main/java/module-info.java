/** Training: every attention variant of the core on libtorch. */
module org.gta4j.train {
  requires static transitive org.jspecify;
  requires transitive org.gta4j.core;
  requires transitive org.bytedeco.javacpp;
  requires transitive org.bytedeco.pytorch;
  requires org.bytedeco.openblas;
  requires jdk.management;

  exports org.gta4j.train.batch;
  exports org.gta4j.train.block;
  exports org.gta4j.train.measure;
  exports org.gta4j.train.model;
  exports org.gta4j.train.optim;
  exports org.gta4j.train.run;
  exports org.gta4j.train.teacher;
  exports org.gta4j.train.torch;
  exports org.gta4j.train.variant;
  exports org.gta4j.train.workers;

  // Plans and states are written to JSON, and read from it, by their components' names.
  opens org.gta4j.train.run to
      tools.jackson.databind;
  opens org.gta4j.train.optim to
      tools.jackson.databind;
}
