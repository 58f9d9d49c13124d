import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar and gives its class files a newer format version with the stack maps that version
 * asks for.
 *
 * <p>The JVM's start-up cache leaves out classes older than Java 6, and picocli is compiled for
 * Java 5: without this, all of it would be parsed and verified at every start.
 */
final class ModernClasses {
  private ModernClasses() {}

  public static void main(String[] args) throws IOException {
    Map<String, byte[]> entries = read(Path.of(args[0]));
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(Path.of(args[1])))) {
      ClassFile classFile =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(hierarchy(entries)));
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        String name = entry.getKey();
        boolean isClass = name.endsWith(".class") && !name.endsWith("module-info.class");
        out.putNextEntry(new ZipEntry(name));
        out.write(isClass ? modern(classFile, entry.getValue()) : entry.getValue());
        out.closeEntry();
      }
    }
  }

  private static byte[] modern(ClassFile classFile, byte[] bytes) {
    ClassModel model = classFile.parse(bytes);
    if (model.majorVersion() >= ClassFile.JAVA_8_VERSION) {
      return bytes;
    }
    ClassTransform newVersion =
        ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0));
    return classFile.transformClass(
        model,
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL).andThen(newVersion));
  }

  private static Map<String, byte[]> read(Path jar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          entries.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return entries;
  }

  /**
   * Stack maps need to know which class extends which: the jar's own classes first, then the JDK's.
   */
  private static ClassHierarchyResolver hierarchy(Map<String, byte[]> entries) {
    return ClassHierarchyResolver.ofResourceParsing(
            type -> {
              String descriptor = type.descriptorString();
              byte[] bytes =
                  entries.get(descriptor.substring(1, descriptor.length() - 1) + ".class");
              return bytes == null ? null : new ByteArrayInputStream(bytes);
            })
        .orElse(ClassHierarchyResolver.defaultResolver())
        .cached();
  }
}
