// Symbols of every production of the grammar that g++ writes: see README.md beside this directory's files.
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

namespace outer {
inline namespace v2 {
struct Point {
    int x, y;
    Point(int, int);
    ~Point();
    Point operator+(const Point &) const;
    Point &operator<<(int) &;
    Point operator<<(int) &&;
    bool operator<(const Point &) const volatile;
    int operator()(int, ...) const;
    int &operator[](std::size_t);
    Point *operator->();
    Point *operator->*(int);
    Point operator,(int);
    Point &operator++();
    Point operator++(int);
    operator bool() const noexcept;
    operator const char *() const;
    template <class T> operator T *() const;
    template <class T> bool operator<=(T) const;
    void *operator new(std::size_t);
    void operator delete[](void *);
    virtual void draw() const;
    static int count;
    enum Color { red, green };
    enum class Shape : unsigned char { round };
    struct { int inner() { return 1; } } unnamed;
    template <class... Parts> Point(Parts &&...parts);
    auto lambdas() const;
};
Point::Point(int, int) {}
Point::~Point() {}
Point Point::operator+(const Point &) const { return *this; }
Point &Point::operator<<(int) & { return *this; }
Point Point::operator<<(int) && { return *this; }
bool Point::operator<(const Point &) const volatile { return false; }
int Point::operator()(int, ...) const { return 0; }
int &Point::operator[](std::size_t) { return x; }
Point *Point::operator->() { return this; }
Point *Point::operator->*(int) { return this; }
Point Point::operator,(int) { return *this; }
Point &Point::operator++() { return *this; }
Point Point::operator++(int) { return *this; }
Point::operator bool() const noexcept { return true; }
Point::operator const char *() const { return ""; }
template <class T> Point::operator T *() const { return nullptr; }
template Point::operator int *() const;
template Point::operator Point **() const;
template <class T> bool Point::operator<=(T) const { return true; }
template bool Point::operator<=(void (*)(int)) const;
void *Point::operator new(std::size_t) { return nullptr; }
void Point::operator delete[](void *) {}
void Point::draw() const {}
int Point::count = 0;
template <class... Parts> Point::Point(Parts &&...) {}
template Point::Point(int &, const char (&)[4], Point &&);
auto Point::lambdas() const {
    auto plain = [](int i) { return i; };
    auto generic = [this](auto a, auto &...b) { return a + x + sizeof...(b); };
    return plain(1) + generic(2, x, y);
}
int use(Point p) { return p.lambdas() + p.unnamed.inner(); }
}
}
using outer::Point;

namespace {
struct Hidden { virtual ~Hidden(); int member; };
Hidden::~Hidden() {}
__attribute__((used)) void hidden(Hidden *) {}
}
__attribute__((used)) static int internal(int) { return 0; }

// Types
void builtins(bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long,
              long long, unsigned long long, __int128, unsigned __int128, wchar_t, char16_t, char32_t, float, double,
              long double, __float128, decltype(nullptr), ...) {}
#ifdef __cpp_char8_t
void newer(char8_t) {}
#endif
void pointers(int *, const int *, int *const *, volatile int &, const volatile int &&, int *__restrict) {}
void functions(void (*)(), int (*)(int, char), void (**)(Point), int (&)(int), void (*(*)(int))(char)) {}
void arrays(int (*)[3], const int (&)[4][5], char *(&)[2], int (*(*)(int))[3]) {}
void members(int Point::*, void (Point::*)(int), bool (Point::*)(const Point &) const volatile,
             Point &(Point::*)(int) &, int (Point::*Point::*)(int)) {}
void exceptions(void (*)() noexcept, void (Point::*)() noexcept) {}
int (*returns_function(int))(char) { return nullptr; }
void complex(_Complex double, _Complex float) {}
typedef float vector4 __attribute__((vector_size(16)));
void vectors(vector4) {}
void standard(std::string, std::vector<std::string>, std::ostream &, std::istream *, std::allocator<char>,
              std::iostream &, std::initializer_list<int>) {}
struct __attribute__((abi_tag("tagged"))) Tagged { Tagged(); };
Tagged::Tagged() {}
Tagged tagged(int) { return Tagged(); }
void repeated(Point, Point *, Point **, Point *, const Point &, const Point &, void (*)(Point *, const Point &)) {}
long double operator""_metres(long double d) { return d; }
int operator""_bytes(unsigned long long i) { return int(i); }

// Templates
template <class T> void one(T) {}
template void one(int);
template void one(const char *);
template void one(void (*)(Point));
template void one(int Point::*);
template <class T> void reference(T &&) {}
template void reference(int &);
template void reference(int &&);
template void reference(const Point &);
template void reference(int (&)[3]);
template void reference(void (&)(int));
template <class... T> void pack(T...) {}
template void pack();
template void pack(int, char, Point);
template <class... T> void pointer_pack(T *..., std::pair<T, int>...) {}
template void pointer_pack<int, Point>(int *, Point *, std::pair<int, int>, std::pair<Point, int>);
template <class... T> void function_pack(void (*...f)(T, const T &)) {}
template void function_pack<int, Point>(void (*)(int, const int &), void (*)(Point, const Point &));
template <int I, unsigned U, long L, unsigned long long X, bool B, char C, Point::Color E, Point::Shape S> void values() {}
template void values<-1, 2u, -3l, 4ull, true, 'c', Point::green, Point::Shape::round>();
int variable;
template <int *P, void (*F)(int), int Point::*M, void (Point::*D)() const, decltype(nullptr) N> void addresses() {}
void target(int) {}
template void addresses<&variable, &target, &Point::x, &Point::draw, nullptr>();
template void addresses<nullptr, nullptr, nullptr, nullptr, nullptr>();
template <template <class...> class T> void of_template(T<int>) {}
template void of_template<std::vector>(std::vector<int>);
template <class T> struct Box {
    Box();
    ~Box();
    template <class U> void put(U, T);
    template <class U> struct Inner { void go(U, T); };
    static T value;
};
template <class T> Box<T>::Box() {}
template <class T> Box<T>::~Box() {}
template <class T> template <class U> void Box<T>::put(U, T) {}
template <class T> template <class U> void Box<T>::Inner<U>::go(U, T) {}
template <class T> T Box<T>::value;
template struct Box<int>;
template struct Box<Box<Box<char>>>;
template void Box<int>::put(char, int);
template void Box<Point>::put(const Point *, Point);
template struct Box<int>::Inner<char>;
template <class T> Box<T> operator<<(Box<T>, T) { return Box<T>(); }
template Box<int> operator<<(Box<int>, int);
template <class T> bool operator<(Box<T>, T) { return true; }
template bool operator<(Box<int>, int);

// Expressions
int callee(int);
template <class T> struct Trait { static const bool value = true; typedef T type; static T make(T); T field; };
template <bool B, class T> struct If { typedef T type; };
template <class T> typename If<Trait<T>::value, int>::type dependent(T) { return 0; }
template If<true, int>::type dependent(char);
template <class T> auto sum(T a, T b) -> decltype(a + b * -a) { return a; }
template auto sum(int, int) -> decltype(1);
template <class T> auto compare(T a) -> decltype((a > 1) ? !a : ~a) { return a; }
template auto compare(int) -> decltype(1);
template <class T> auto call(T a) -> decltype(callee(a)) { return a; }
template auto call(int) -> decltype(1);
template <class T> auto dot(T a) -> decltype(a.x + (&a)->y) { return 0; }
template auto dot(Point) -> decltype(1);
template <class T> auto index(T a) -> decltype(a[0]) { return a[0]; }
template auto index(int *) -> int &;
template <class T> auto cast(T a) -> decltype(static_cast<long>(a) + (int)a + T(a)) { return a; }
template auto cast(int) -> long;
template <class T> auto braces(T a) -> decltype(T{a}) { return a; }
template auto braces(int) -> int;
template <class T> auto make() -> decltype(new T(1)) { return nullptr; }
template auto make<int>() -> int *;
template <class T> auto size(T a) -> If<(sizeof(T) > sizeof a), int> { return {}; }
template auto size(long) -> If<false, int>;
template <class T> auto alignment() -> If<alignof(T) == 4, int> { return {}; }
template auto alignment<int>() -> If<true, int>;
template <class... T> auto count(T...) -> If<sizeof...(T) == 2, int> { return {}; }
template auto count(int, char) -> If<true, int>;
template <class T> auto step(T a) -> decltype(++a, a++) { return a; }
template auto step(int) -> int;
template <class T> auto scope() -> decltype(Trait<T>::make(T())) { return T(); }
template auto scope<int>() -> int;
template <class... T> auto fold(T... t) -> decltype((t + ...)) { return 0; }
template auto fold(int, int) -> int;
template <class... T> auto fold_from(T... t) -> decltype((1 + ... + t)) { return 0; }
template auto fold_from(int, int) -> int;
template <class T> auto deleted(T *p) -> decltype(delete p) {}
template auto deleted(int *) -> void;
template <class T> auto named(T a) -> decltype(dynamic_cast<Point *>(a), const_cast<T>(a), reinterpret_cast<long>(a)) { return 0; }
template auto named(Point *) -> long;
template <class T> auto thrown(T a) -> decltype(throw a) {}
template auto thrown(int) -> void;
template <class T> auto member_pointer(T a, int T::*m) -> decltype(a.*m) { return a.*m; }
template auto member_pointer(Point, int Point::*) -> int &;
template <class T> int (&sized_array(T))[sizeof(T) + 1] { static int a[sizeof(T) + 1]; return a; }
template int (&sized_array(char))[2];

// Local names
int locals(int n) {
    static int first = n;
    struct Local { int run() { static int second = 1; return second++; } };
    { static int first = n + 1; n += first; }
    auto lambda = [](int a) { static int third = a; return [=] { return third + a; }(); };
    return first + Local().run() + lambda(n) + [] { return 2; }();
}
template <class T> T local_of_template(T t) {
    struct Local { T operator()(T u) { return u; } };
    auto generic = [](auto u) { return u; };
    return Local()(t) + generic(t) + generic(2.0);
}
template int local_of_template(int);
struct Defaults { int with(int a = [] { return 1; }(), int b = [] { return 2; }()) { return a + b; } };
int call_defaults() { return Defaults().with(); }
auto initializer = [](Point *p) { return p; };
Point *use_initializer() { return initializer(nullptr); }

// Special names
struct A { virtual void a(); virtual A *self(); int i; };
struct B { virtual void b(); virtual B *self_b(); int i; };
struct C : A, B { void b() override; C *self_b() override; };
struct D : virtual A { void a() override; D *self() override; };
struct E : virtual D, B { void a() override; };
void A::a() {}
A *A::self() { return this; }
void B::b() {}
B *B::self_b() { return this; }
void C::b() {}
C *C::self_b() { return this; }
void D::a() {}
D *D::self() { return this; }
void E::a() {}
C c;
D d;
E e;
thread_local Box<int> per_thread;
void *use_thread() { return &per_thread; }
const Point &temporary = Point(1, 2);
struct Base { Base(int); template <class T> Base(T, T); };
Base::Base(int) {}
struct Derived : Base { using Base::Base; };
Derived derived(1);
inline int guarded() { static Box<int> box; return sizeof box; }
int use_guarded() { return guarded(); }
const std::type_info &information() { return typeid(void (*)(Hidden *)); }
