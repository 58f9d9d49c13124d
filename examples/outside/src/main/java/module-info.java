/** A program that knows gta4j as it is published. */
module outside {
  requires org.gta4j.core;
}
