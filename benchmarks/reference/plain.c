/* The reference pathway in plain C: a binary heap of events, a ring of patients for each queue.
 *
 * plain IN OUT   reads doubles (count, then units of each stage, arrivals, acuity, minutes of each stage),
 *                writes the waits of each stage and, last, the processor seconds of the simulation alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STAGES = 3, CLASSES = 5 };

typedef struct { double when; long order; int patient, stage; } Event; /* stage -1: arrives */
typedef struct { int *who; long head, tail; } Line;

static Event *heap;
static long size, orders;
static Line lines[STAGES][CLASSES];
static int busy[STAGES], units[STAGES];
static double *arrivals, *acuity, *minutes[STAGES], *waits[STAGES], *asked;

static int before(const Event *a, const Event *b) {
    return a->when < b->when || (a->when == b->when && a->order < b->order);
}

static void push(double when, int patient, int stage) {
    Event event = {when, orders++, patient, stage};
    long i = size++;
    while (i && before(&event, &heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = event;
}

static Event pop(void) {
    Event top = heap[0], last = heap[--size];
    long i = 0, child;
    while ((child = 2 * i + 1) < size) {
        if (child + 1 < size && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &last)) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return top;
}

static void begin(double now, int patient, int stage) {
    busy[stage]++;
    waits[stage][patient] = now - asked[patient];
    push(now + minutes[stage][patient], patient, stage);
}

static void ask(double now, int patient, int stage) {
    asked[patient] = now;
    if (busy[stage] < units[stage]) {
        begin(now, patient, stage);
        return;
    }
    Line *line = &lines[stage][stage == 1 ? (int)acuity[patient] : 0];
    line->who[line->tail++] = patient;
}

static void release(double now, int stage) {
    busy[stage]--;
    for (int class = 0; class < CLASSES; class++) {
        Line *line = &lines[stage][class];
        if (line->head < line->tail) {
            begin(now, line->who[line->head++], stage);
            return;
        }
    }
}

static double *column(FILE *in, long count) {
    double *values = malloc((size_t)count * sizeof *values);
    if (!values || fread(values, sizeof *values, (size_t)count, in) != (size_t)count) exit(2);
    return values;
}

int main(int arguments, char **argument) {
    if (arguments != 3) return 2;
    FILE *in = fopen(argument[1], "rb");
    if (!in) return 2;
    double *head = column(in, 1 + STAGES);
    long count = (long)head[0];
    for (int stage = 0; stage < STAGES; stage++) units[stage] = (int)head[1 + stage];
    arrivals = column(in, count);
    acuity = column(in, count);
    for (int stage = 0; stage < STAGES; stage++) minutes[stage] = column(in, count);
    fclose(in);
    heap = malloc((size_t)(count + 8) * sizeof *heap);
    asked = malloc((size_t)count * sizeof *asked);
    for (int stage = 0; stage < STAGES; stage++) {
        waits[stage] = malloc((size_t)count * sizeof **waits);
        for (int class = 0; class < CLASSES; class++)
            lines[stage][class].who = malloc((size_t)count * sizeof(int));
    }
    clock_t began = clock();
    push(arrivals[0], 0, -1);
    while (size) {
        Event event = pop();
        if (event.stage < 0) {
            if (event.patient + 1 < count) push(arrivals[event.patient + 1], event.patient + 1, -1);
            ask(event.when, event.patient, 0);
        } else {
            release(event.when, event.stage);
            if (event.stage + 1 < STAGES) ask(event.when, event.patient, event.stage + 1);
        }
    }
    double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    FILE *out = fopen(argument[2], "wb");
    if (!out) return 2;
    for (int stage = 0; stage < STAGES; stage++) fwrite(waits[stage], sizeof **waits, (size_t)count, out);
    fwrite(&seconds, sizeof seconds, 1, out);
    return fclose(out) ? 2 : 0;
}
