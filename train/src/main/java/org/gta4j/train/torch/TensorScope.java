package org.gta4j.train.torch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Frees the native memory of everything that is made on this thread until it is closed, except what
 * is kept. Without one, a tensor is freed when the garbage collector finds it, which knows nothing
 * of how large it is.
 *
 * <p>What libtorch itself still refers to, such as what a backward pass will need, stays.
 */
public final class TensorScope implements AutoCloseable {
  private final PointerScope scope = new PointerScope();
  private final List<Pointer> kept = new ArrayList<>();

  /** A scope inside the thread's scope, if it has one. */
  public TensorScope() {}

  /**
   * Keeps a tensor beyond this scope: it then belongs to the scope around this one, or to nobody
   * but its user where there is none.
   */
  public <T extends Pointer> T keep(T pointer) {
    pointer.retainReference(); // detaching gives the scope's own up, and the last one frees
    scope.detach(pointer);
    kept.add(pointer);
    return pointer;
  }

  @Override
  public void close() {
    scope.close();
    PointerScope outer = PointerScope.getInnerScope();
    if (outer != null) {
      for (Pointer pointer : kept) {
        outer.attach(pointer);
        pointer.releaseReference();
      }
    }
  }
}
