/** Training: every attention variant of the core on libtorch. */
module org.gta4j.train {
  requires static transitive org.jspecify;
  requires transitive org.gta4j.core;
  requires transitive org.bytedeco.javacpp;
  requires transitive org.bytedeco.pytorch;

  exports org.gta4j.train.batch;
  exports org.gta4j.train.block;
  exports org.gta4j.train.model;
  exports org.gta4j.train.optim;
  exports org.gta4j.train.torch;
  exports org.gta4j.train.variant;
}
