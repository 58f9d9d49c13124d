/** The operations of a model in C, called through the foreign function API. */
module org.gta4j.kernels {
  requires static org.jspecify;
  requires org.gta4j.core;

  provides org.gta4j.ops.OpsProvider with
      org.gta4j.kernels.NativeProvider;
}
