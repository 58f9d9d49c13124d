package org.gta4j.generate;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.StoreTraffic;
import org.gta4j.cache.disk.DiskTier;
import org.gta4j.checkpoint.ModelFingerprint;

/**
 * A model that many callers use at once: one thread computes steps of all their texts together.
 * Safe for use by several threads; the model is the engine's as long as it is open.
 */
public final class Engine implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Engine.class.getName());

  private final LanguageModel model;
  private final EngineSettings settings;
  private final BlockPool pool;
  private final Optional<PrefixCache> prefixes;
  private final Scheduler scheduler;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final AtomicInteger texts = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;
  private volatile EngineStats stats;
  private long steps;

  /** Texts that have ended; the engine's thread alone knows it. */
  private long ended;

  private long reused;

  /**
   * Begins to work.
   *
   * @throws IllegalArgumentException if the memory for the cache has room for no block
   */
  public Engine(LanguageModel model, EngineSettings settings) {
    this.model = model;
    this.settings = settings;
    CacheLayout layout = model.cacheLayout();
    long blocks = settings.cacheBytes() / layout.blockBytes();
    if (blocks < 1) {
      throw new IllegalArgumentException(
          "cache memory: expected at least the %d bytes of a block of %d tokens, found %d"
              .formatted(layout.blockBytes(), CacheLayout.BLOCK_TOKENS, settings.cacheBytes()));
    }
    pool =
        new BlockPool(
            layout,
            (int) Math.min(blocks, Integer.MAX_VALUE / CacheLayout.BLOCK_TOKENS),
            model.ops().cacheMemory());
    try {
      prefixes = settings.sharesPrefixes() ? Optional.of(prefixes(settings)) : Optional.empty();
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
    scheduler = model.scheduler(pool, prefixes, settings.mostRunning());
    stats = measure();
    thread = Thread.ofPlatform().name("gta4j-engine").daemon(true).start(this::run);
  }

  private PrefixCache prefixes(EngineSettings settings) {
    return settings
        .disk()
        .map(disk ->
            new PrefixCache(pool, DiskTier.open(disk.folder(), disk.bytes(), pool.layout())))
        .orElseGet(() -> new PrefixCache(pool));
  }

  /** Whose engine it is. */
  public LanguageModel model() {
    return model;
  }

  /** What it does, as of the last step. */
  public EngineStats stats() {
    return stats;
  }

  /** How many texts it takes at once: those that are computed and those that wait. */
  public int mostTexts() {
    return settings.mostRunning() + settings.mostWaiting();
  }

  /**
   * How many tokens an answer to a prompt has room for, in the context and in the cache; 1 at
   * least.
   */
  public int room(int promptTokens) {
    long cached = (long) pool.maxBlocks() * CacheLayout.BLOCK_TOKENS;
    return (int) Math.max(1, Math.min(model.contextLength(), cached) - promptTokens);
  }

  /** Whether it takes no more texts. */
  public boolean isClosed() {
    return closed;
  }

  /** The same for nobody in particular. */
  public Answer submit(Request request, GenerationListener listener) {
    return submit(request, "", listener);
  }

  /**
   * Takes a text to continue.
   *
   * @param client whose text it is: of those who wait, whoever has fewest running comes first
   * @param listener follows it, in the engine's thread
   * @throws IllegalArgumentException if the request can never be answered
   * @throws EngineBusyException if too many wait
   * @throws IllegalStateException if the engine is closed
   */
  public Answer submit(Request request, Object client, GenerationListener listener) {
    scheduler.check(request);
    if (texts.incrementAndGet() > mostTexts()) {
      texts.decrementAndGet();
      throw new EngineBusyException(mostTexts());
    }
    Answer answer = new Answer();
    execute(() -> begin(request, client, listener, answer));
    return answer;
  }

  /**
   * Takes a text to continue, whose pieces the caller takes when he wants them: computing it waits
   * for nobody.
   *
   * @return the pieces; to be closed, which cancels what has not ended
   * @throws RuntimeException as {@link #submit(Request, Object, GenerationListener)}
   */
  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  public TextStream stream(Request request, Object client) {
    return new TextStream(new QueuedText(this, request, client));
  }

  private void begin(Request request, Object client, GenerationListener listener, Answer answer) {
    try {
      answer.begin(scheduler.submit(request, client, new Ending(listener, answer)));
    } catch (RuntimeException | Error e) {
      texts.decrementAndGet();
      answer.fail(e);
    }
  }

  /** Tells the answer too when a text has ended. */
  private final class Ending implements GenerationListener {
    private final GenerationListener listener;
    private final Answer answer;

    Ending(GenerationListener listener, Answer answer) {
      this.listener = listener;
      this.answer = answer;
    }

    @Override
    public void text(String piece) {
      listener.text(piece);
    }

    @Override
    public void token(ScoredToken token) {
      listener.token(token);
    }

    @Override
    public void promptToken(ScoredToken token) {
      listener.promptToken(token);
    }

    @Override
    public void finished(Generation generation) {
      texts.decrementAndGet();
      ended++;
      reused += generation.promptTokensReused();
      try {
        stats = measure(); // as whoever waits for the end will ask
        listener.finished(generation);
      } catch (RuntimeException | Error e) {
        LOG.log(System.Logger.Level.WARNING, "what follows a text has failed at its end", e);
      } finally {
        answer.end(generation);
      }
    }
  }

  /**
   * Writes what is cached of a text to a file, so that it need not be computed again. Whole blocks
   * are written; texts wait meanwhile.
   *
   * @return of how many of its tokens that is
   * @throws IllegalArgumentException if nothing is cached of it
   * @throws org.gta4j.checkpoint.CheckpointException if the file cannot be written
   */
  public int save(int[] ids, Path file) {
    int[] text = ids.clone();
    return call(() -> scheduler.room().save(text, file, fingerprint()));
  }

  /**
   * Reads what {@link #save} has written, for texts that begin like that one.
   *
   * @return how many tokens those are
   * @throws org.gta4j.checkpoint.CheckpointException if it is no such file, damaged, or another
   *     model's
   * @throws IllegalArgumentException if the cache has no room for it
   */
  public int restore(Path file) {
    return call(() -> scheduler.room().restore(file, fingerprint()));
  }

  private ModelFingerprint fingerprint() {
    return model.fingerprint();
  }

  /** Has something done between two steps. */
  private <T> T call(Callable<T> command) {
    FutureTask<T> task = new FutureTask<>(command);
    execute(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the engine was at work", e);
    } catch (ExecutionException e) {
      throw Unchecked.of(Objects.requireNonNull(e.getCause()));
    }
  }

  private void execute(Runnable command) {
    synchronized (commands) { // so that none comes behind the last that is looked at
      if (closed) {
        throw new IllegalStateException("the engine is closed");
      }
      commands.add(command);
    }
    LockSupport.unpark(thread);
  }

  private void run() {
    try {
      while (!closed) {
        runCommands();
        if (scheduler.isIdle()) {
          stats = measure();
          // Between this look and the parking nothing waits, which would use up the wake-up.
          if (!closed && commands.isEmpty()) {
            LockSupport.park(this);
          }
        } else {
          step();
          stats = measure();
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the engine has failed and takes no more texts", e);
    } finally {
      synchronized (commands) {
        closed = true;
      }
      runCommands();
      scheduler.abandonAll(new IllegalStateException("the engine was closed"));
    }
  }

  private void runCommands() {
    for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
      next.run();
    }
  }

  private void step() {
    long before = ended;
    try {
      scheduler.step();
      steps++;
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "texts have failed", e);
      if (ended == before) {
        scheduler.abandonAll(e); // Nobody has failed by it alone, so it would come again.
      }
    }
  }

  private EngineStats measure() {
    return new EngineStats(
        scheduler.running(),
        scheduler.waiting(),
        pool.usedBlocks(),
        prefixes.map(PrefixCache::reclaimableBlocks).orElse(0),
        pool.maxBlocks(),
        pool.layout().blockBytes(),
        steps,
        scheduler.promptTokensComputed(),
        reused,
        scheduler.answerTokensComputed(),
        scheduler.preemptions(),
        prefixes.map(PrefixCache::storedBlocks).orElse(0),
        prefixes.map(PrefixCache::traffic).orElse(StoreTraffic.NONE));
  }

  /** Ends all texts and frees the cache; the model stays its owner's. */
  @Override
  public void close() {
    synchronized (commands) {
      closed = true;
    }
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    prefixes.ifPresent(PrefixCache::close);
    pool.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
