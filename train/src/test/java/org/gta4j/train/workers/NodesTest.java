package org.gta4j.train.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class NodesTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(20);

  /** A cable that can be cut: what is sent goes on until then, and nobody is told of its end. */
  private static final class Cable implements AutoCloseable {
    private final ServerSocket here = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Socket there;
    private volatile boolean cut;

    Cable(int port) throws IOException {
      there = new Socket(InetAddress.getLoopbackAddress(), port);
      Thread.ofVirtual()
          .start(() -> {
            try {
              Socket client = here.accept();
              Thread.ofVirtual().start(() -> carry(client::getInputStream, there::getOutputStream));
              carry(there::getInputStream, client::getOutputStream);
            } catch (IOException e) {
              cut = true;
            }
          });
    }

    private interface End<T> {
      T open() throws IOException;
    }

    private void carry(End<InputStream> from, End<OutputStream> to) {
      byte[] bytes = new byte[4096];
      try {
        InputStream in = from.open();
        OutputStream out = to.open();
        for (int n = in.read(bytes); n >= 0 && !cut; n = in.read(bytes)) {
          out.write(bytes, 0, n);
        }
      } catch (IOException e) {
        cut = true;
      }
    }

    @Override
    public void close() throws IOException {
      there.close();
      here.close();
    }
  }

  private static Rendezvous.Host place(int port) {
    return new Rendezvous.Host("127.0.0.1", port);
  }

  private static Rendezvous.Host freePlace() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return place(socket.getLocalPort());
    }
  }

  @Test
  void aNodeThatIsCutOffIsNotWaitedForLongerThanWasSaid() throws IOException {
    Rendezvous.Host place = freePlace();
    try (Nodes first = Nodes.open(place, 0, 2, LONG);
        Cable cable = new Cable(place.port())) {
      assertThat(first.attempt()).isZero();
      Nodes second = Nodes.open(place(cable.here.getLocalPort()), 1, 2, SHORT);
      assertThat(second.attempt()).isZero();
      cable.cut = true;
      long begin = System.nanoTime();
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(second::attempt)
            .isInstanceOf(WorkerException.class)
            .hasMessageStartingWith("node 0, which keeps the store at 127.0.0.1:")
            .hasMessageEndingWith("was lost");
      }
      second.part();
      second.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT.multipliedBy(3));
    }
  }

  private static OptionalInt meet(Nodes nodes) {
    return nodes.meet(0, "alike", word -> {}, () -> false);
  }

  /** A command with a rank that another one has; and one that was started again after a loss. */
  @Test
  void whoeverComesTwiceTakesPartWhenTheFirstIsMissed() throws Exception {
    Rendezvous.Host place = freePlace();
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        Nodes first = Nodes.open(place, 0, 2, LONG);
        Nodes second = Nodes.open(place, 1, 2, LONG)) {
      Future<OptionalInt> meeting = pool.submit(() -> meet(second));
      assertThat(meet(first)).hasValue(0);
      assertThat(meeting.get()).hasValue(0);
      try (Nodes twice = Nodes.open(place, 1, 2, SHORT)) {
        assertThatThrownBy(() -> meet(twice))
            .hasMessage(
                "node 1 is at %s already, and was not missed within 2 s: another command has its --node-rank, or the others still wait for the one before"
                    .formatted(place));
        twice.part(); // which is not the other's
      }
      Nodes.Failure lost = new Nodes.Failure(false, "worker 1 was lost");
      try (Nodes restarted = Nodes.open(place, 1, 2, LONG)) {
        Future<OptionalInt> again = pool.submit(() -> meet(restarted));
        assertThat(first.fail(0, lost)).isEqualTo(lost);
        assertThat(first.meet(1, "alike", word -> {}, () -> false)).hasValue(1);
        assertThat(again.get()).hasValue(1);
        Future<?> parting = pool.submit(first::part);
        assertThatThrownBy(() -> parting.get(300, TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        restarted.part();
        assertThat(parting).succeedsWithin(SHORT);
      }
    }
  }

  @Test
  void whoeverIsStoppedBeforeAllHaveComeTellsTheOthers() throws IOException {
    Rendezvous.Host place = freePlace();
    try (Nodes first = Nodes.open(place, 0, 3, LONG);
        Nodes second = Nodes.open(place, 1, 3, LONG)) {
      assertThat(second.meet(0, "alike", word -> {}, () -> true)).isEmpty();
      assertThatThrownBy(() -> meet(first))
          .isInstanceOf(WorkerException.class)
          .hasMessage("node 1 was stopped before all had come");
    }
  }
}
